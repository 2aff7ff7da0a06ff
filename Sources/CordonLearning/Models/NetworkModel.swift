/// A fully connected network with its input scaling, read as a reconstruction error or as one of its outputs.
///
/// Autoencoders (Hinton, Salakhutdinov: "Reducing the dimensionality of data with neural networks", 2006; for detection
/// on small devices Mirsky et al.: "Kitsune", 2018), logistic regression (one layer, sigmoid), and networks imported from
/// other frameworks. A missing value counts as the middle, and adds no reconstruction error. Sums are of Doubles and stop
/// at `InputScaling.limit`, so that no weights can make a score infinite. Cost and memory: 4 bytes and one
/// multiplication a weight.
package struct NetworkModel: AnomalyModel {
  /// What the score is.
  package enum Output: Hashable, Sendable {
    /// √ of the mean square of input minus output, over present features, after scaling.
    case reconstruction
    /// The mean square itself: what other frameworks call MSE.
    case meanSquare
    /// The mean magnitude of input minus output: MAE.
    case meanAbsolute
    /// The output of that index.
    case column(Int)
  }

  package let scaling: InputScaling
  package let network: DenseNetwork
  package let output: Output

  package var columns: Int { scaling.columns }
  package var byteCount: Int {
    scaling.byteCount + network.layers.reduce(0) { $0 + 4 * ($1.weights.count + $1.bias.count) }
  }

  /// Nil where the network does not take the scaling's features, or has no such output.
  package init?(scaling: InputScaling, network: DenseNetwork, output: Output) {
    guard network.inputs == scaling.columns else { return nil }
    switch output {
    case .reconstruction, .meanSquare, .meanAbsolute: guard network.outputs == network.inputs else { return nil }
    case .column(let column): guard (0..<network.outputs).contains(column) else { return nil }
    }
    self.scaling = scaling
    self.network = network
    self.output = output
  }

  package func score(_ row: Span<Float>) -> Double {
    let input = scaling.scaled(row)
    let found = network.apply(input)
    switch output {
    case .column(let column): return found[column]
    case .reconstruction: return mean(of: row, input, found) { $0 * $0 }.squareRoot()
    case .meanSquare: return mean(of: row, input, found) { $0 * $0 }
    case .meanAbsolute: return mean(of: row, input, found) { $0.magnitude }
    }
  }

  /// The mean of a function of each present feature's error.
  private func mean(
    of row: Span<Float>, _ input: [Double], _ found: [Double], _ function: (Double) -> Double
  ) -> Double {
    var sum = 0.0
    var present = 0
    for feature in 0..<columns where !row[feature].isNaN {
      sum += function(input[feature] - found[feature])
      present += 1
    }
    return sum / Double(max(present, 1))
  }
}

extension DenseNetwork {
  /// The last layer's output; each number is finite and at most `InputScaling.limit` in magnitude.
  package func apply(_ input: [Double]) -> [Double] {
    precondition(input.count == inputs, "a network takes one value an input")
    var values = input
    for layer in layers { values = layer.apply(values) }
    return values
  }
}

extension DenseNetwork.Layer {
  func apply(_ input: [Double]) -> [Double] {
    (0..<outputs).map { output in
      let base = output * inputs
      var sum = Double(bias[output])
      for position in 0..<inputs { sum += Double(weights[base + position]) * input[position] }
      return min(max(activation.value(sum), -InputScaling.limit), InputScaling.limit)
    }
  }
}
