import CordonCore
import CordonLearning

extension Cordon_V1_InputScaling {
  init(_ scaling: InputScaling) {
    self.init()
    offsets = scaling.offsets
    factors = scaling.factors
    curve = Cordon_V1_InputCurve(rawValue: Int(scaling.curve.rawValue)) ?? .unspecified
  }

  func domain() throws(CordonError) -> InputScaling {
    let curve = try Bounded.known(curve.rawValue, as: InputScaling.Curve.self, "curve of an input scaling")
    return try Bounded.made(InputScaling(offsets: offsets, factors: factors, curve: curve), "input scaling")
  }
}

extension Cordon_V1_TailModel {
  init(_ model: TailModel) {
    self.init()
    points = UInt32(model.points)
    quantiles = model.quantiles
    sides = model.sides.map { Cordon_V1_TailSide(rawValue: Int($0.rawValue)) ?? .unspecified }
    weights = model.weights
    spreads = model.spreads
    referenceRows = UInt32(clamping: model.referenceRows)
  }

  func domain() throws(CordonError) -> TailModel {
    var sides: [TailModel.Side] = []
    for side in try Bounded.list(self.sides, "sides", most: ModelBundle.featureLimit) {
      sides.append(try Bounded.known(side.rawValue, as: TailModel.Side.self, "side of a tail"))
    }
    let model = TailModel(
      points: Int(points), quantiles: quantiles, sides: sides, weights: weights, spreads: spreads,
      referenceRows: Int(referenceRows))
    return try Bounded.made(model, "tails")
  }
}

extension Cordon_V1_ProjectionModel {
  init(_ model: ProjectionModel) {
    self.init()
    scaling = Cordon_V1_InputScaling(model.scaling)
    components = model.components
    variances = model.variances
    residualVariance = model.residualVariance
  }

  func domain() throws(CordonError) -> ProjectionModel {
    let model = ProjectionModel(
      scaling: try scaling.domain(), components: components, variances: variances, residualVariance: residualVariance)
    return try Bounded.made(model, "projection")
  }
}

extension Cordon_V1_NeighbourModel {
  init(_ model: NeighbourModel) {
    self.init()
    scaling = Cordon_V1_InputScaling(model.scaling)
    sample = model.sample
    neighbours = UInt32(model.neighbours)
  }

  func domain() throws(CordonError) -> NeighbourModel {
    let model = NeighbourModel(scaling: try scaling.domain(), sample: sample, neighbours: Int(neighbours))
    return try Bounded.made(model, "neighbours")
  }
}

extension Cordon_V1_NetworkModel {
  init(_ model: NetworkModel) {
    self.init()
    scaling = Cordon_V1_InputScaling(model.scaling)
    layers = model.network.layers.map { Cordon_V1_DenseLayer($0) }
    switch model.output {
    case .reconstruction: measure = .rootMeanSquare
    case .meanSquare: measure = .meanSquare
    case .meanAbsolute: measure = .meanAbsolute
    case .column(let index): column = UInt32(index)
    }
  }

  func domain() throws(CordonError) -> NetworkModel {
    var layers: [DenseNetwork.Layer] = []
    for layer in try Bounded.list(self.layers, "layers", most: DenseNetwork.layerLimit) {
      layers.append(try layer.domain())
    }
    let network = try Bounded.made(DenseNetwork(layers: layers), "network")
    let model = NetworkModel(scaling: try scaling.domain(), network: network, output: try domainOutput())
    return try Bounded.made(model, "network")
  }

  private func domainOutput() throws(CordonError) -> NetworkModel.Output {
    switch (hasColumn, measure) {
    case (true, .unspecified): return .column(Int(column))
    case (false, .rootMeanSquare): return .reconstruction
    case (false, .meanSquare): return .meanSquare
    case (false, .meanAbsolute): return .meanAbsolute
    default: throw Bounded.unknown(measure.rawValue, "error measure of a network")
    }
  }
}

extension Cordon_V1_DenseLayer {
  init(_ layer: DenseNetwork.Layer) {
    self.init()
    inputs = UInt32(layer.inputs)
    outputs = UInt32(layer.outputs)
    weights = layer.weights
    bias = layer.bias
    activation = Cordon_V1_Activation(rawValue: Int(layer.activation.rawValue)) ?? .unspecified
  }

  func domain() throws(CordonError) -> DenseNetwork.Layer {
    let activation = try Bounded.known(activation.rawValue, as: DenseNetwork.Activation.self, "activation of a layer")
    let layer = DenseNetwork.Layer(
      inputs: Int(inputs), outputs: Int(outputs), weights: weights, bias: bias, activation: activation)
    return try Bounded.made(layer, "layer")
  }
}
