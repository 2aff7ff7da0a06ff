import CordonCore
import CordonLearning
import Glibc

/// Makes the flat model of a form, and says how the graph's own number comes from its score.
struct FlatModelBuilder {
  /// The graph's number is factor · score + offset.
  struct Form {
    var model: FlatModel
    var factor = 1.0
    var offset = 0.0
    var reading = OutputReading.only
  }

  let structures: [TreeStructure]
  /// Of the input.
  let columns: Int

  /// Nil for a form that is no score: several columns, a residual, a constant.
  func form(of value: SymbolicValue) throws(CordonError) -> Form? {
    switch value {
    case .trees(let trees): return try form(of: trees)
    case .row(let row): return try form(of: row)
    case .error(let error): return try form(of: error)
    case .probabilities(let inner):
      var form = try form(of: inner)
      form?.reading = .last
      return form
    case .refused(let error): throw error
    case .constant, .residual, .missing, .presence, .presentCount, .errorSum, .label: return nil
    }
  }

  private func form(of trees: TreeValue) throws(CordonError) -> Form {
    switch trees.link {
    case .identity, .logistic:
      guard trees.factor == 1, trees.offset == 0 else {
        throw ONNXRefusal.unsupported("a score that is changed after its link")
      }
      let ensemble = try ensemble(trees) { trees.scale * $0 }
      let model = BoostedTrees(
        trees: ensemble, base: Float(trees.constant), link: trees.link == .logistic ? .logistic : .identity)
      return Form(model: .boostedTrees(try made(model, "boosted trees")))
    case .powerOfTwo: return try isolationForest(trees)
    }
  }

  /// 2^(scale · Σ leaf + constant) as 2^(−Σ path / (trees · c(ψ))).
  ///
  /// ψ is the number of rows whose c gives the scale, where there is one; else any ψ will do, as the paths are put in
  /// its measure.
  private func isolationForest(_ trees: TreeValue) throws(CordonError) -> Form {
    let count = Double(trees.terms.count)
    guard trees.scale < 0, trees.scale.isFinite else {
      throw ONNXRefusal.unsupported("a power of two that rises with the paths in its trees")
    }
    let sampleSize = Self.sampleSize(usualPath: -1 / (trees.scale * count)) ?? Self.anySampleSize
    let usual = IsolationForest.usualPath(sampleSize)
    let ensemble = try ensemble(trees) { (-trees.scale * count * $0 - trees.constant) * usual }
    let model = IsolationForest(trees: ensemble, sampleSize: sampleSize)
    return Form(
      model: .isolationForest(try made(model, "isolation forest")), factor: trees.factor, offset: trees.offset)
  }

  private static let anySampleSize = 256
  private static let largestSample = 1 << 24

  /// ψ with c(ψ) as given, to the precision of a Float; c never falls.
  private static func sampleSize(usualPath: Double) -> Int? {
    var low = 2
    var high = largestSample
    while low < high {
      let middle = (low + high) / 2
      if IsolationForest.usualPath(middle) < usualPath * (1 - 1e-6) { low = middle + 1 } else { high = middle }
    }
    return abs(IsolationForest.usualPath(low) - usualPath) <= 1e-6 * usualPath ? low : nil
  }

  private func ensemble(_ value: TreeValue, _ leaf: (Double) -> Double) throws(CordonError) -> TreeEnsemble {
    var ensemble = TreeEnsemble(columns: columns)
    for term in value.terms {
      var tree = structures[term.tree].nodes
      for (place, number) in zip(structures[term.tree].leaves, term.values) {
        tree[place].threshold = Float(leaf(number))
      }
      guard ensemble.append(tree) else {
        throw ONNXRefusal.oversized("its trees have too many nodes, or a leaf that is not a finite number")
      }
    }
    return ensemble
  }

  private func form(of row: RowValue) throws(CordonError) -> Form? {
    if row.width == 1 {
      return Form(model: try network(row, scaled: 0..<row.steps.count, output: .column(0)))
    }
    // Rows as wide as the input are its reconstruction; their error is in the input's own units.
    guard row.width == columns, !row.layers.isEmpty, !row.isCurved, !row.isFilled || row.steps.isEmpty else {
      return nil
    }
    return Form(model: try network(row, scaled: 0..<0, output: .reconstruction), reading: .reconstruction)
  }

  private func form(of error: ReconstructionError) throws(CordonError) -> Form {
    let output: NetworkModel.Output =
      switch error.measure {
      case .meanAbsolute: .meanAbsolute
      case .meanSquare: .meanSquare
      case .rootMeanSquare: .reconstruction
      }
    return Form(model: try network(error.output, scaled: 0..<error.target.steps.count, output: output))
  }

  /// - Parameter scaled: the steps that become the model's input scaling; those after it become a layer.
  private func network(
    _ row: RowValue, scaled: Range<Int>, output: NetworkModel.Output
  ) throws(CordonError) -> FlatModel {
    var assembly = NetworkAssembly(row, inputColumns: columns)
    // What is compared with a reconstruction, curved or filled must be the model's own scaling, and nothing near it.
    let isExact = output != .column(0) || row.isCurved || row.isFilled
    let scaling = assembly.scaling(steps: scaled, isExact: isExact)
    guard let scaling else {
      throw ONNXRefusal.unsupported(
        "a column that is multiplied by zero, or read twice, before its scale must be exact")
    }
    let network = DenseNetwork(layers: try assembly.layers(after: scaled.upperBound))
    let dense = try made(network, "network of at most \(DenseNetwork.layerLimit) layers")
    return .network(try made(NetworkModel(scaling: scaling, network: dense, output: output), "network"))
  }

  private func made<Value>(_ value: Value?, _ what: String) throws(CordonError) -> Value {
    guard let value else {
      throw ONNXRefusal.oversized("it does not fit a flat \(what), or holds a number that is not finite")
    }
    return value
  }
}
