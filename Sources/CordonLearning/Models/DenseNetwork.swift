/// A feed-forward network of fully connected layers, flat: scalers, projections, autoencoders and linear classifiers.
package struct DenseNetwork: Hashable, Sendable {
  package static let layerLimit = 16
  /// Weights and biases over all layers.
  package static let parameterLimit = 1 << 18

  /// What a layer's sums become.
  package enum Activation: UInt8, Sendable, CaseIterable {
    case identity = 1
    case relu = 2
    case sigmoid = 3
    case tanh = 4
  }

  /// y = activation(W x + b).
  package struct Layer: Hashable, Sendable {
    package let inputs: Int
    package let outputs: Int
    /// Row-major, `outputs × inputs`.
    package let weights: [Float]
    /// One an output.
    package let bias: [Float]
    package let activation: Activation

    /// Nil where the shapes do not fit or pass `parameterLimit`, or a number is not finite.
    package init?(inputs: Int, outputs: Int, weights: [Float], bias: [Float], activation: Activation) {
      guard (1...DenseNetwork.parameterLimit).contains(inputs), (1...DenseNetwork.parameterLimit).contains(outputs),
        weights.count == inputs * outputs, bias.count == outputs, weights.allSatisfy(\.isFinite),
        bias.allSatisfy(\.isFinite)
      else { return nil }
      self.inputs = inputs
      self.outputs = outputs
      self.weights = weights
      self.bias = bias
      self.activation = activation
    }
  }

  package let layers: [Layer]

  package var inputs: Int { layers[0].inputs }
  package var outputs: Int { layers[layers.count - 1].outputs }

  /// Nil for no layers, more than `layerLimit`, more parameters than `parameterLimit`, or layers that do not fit.
  package init?(layers: [Layer]) {
    guard !layers.isEmpty, layers.count <= Self.layerLimit,
      zip(layers, layers.dropFirst()).allSatisfy({ $0.outputs == $1.inputs }),
      layers.reduce(0, { $0 + $1.weights.count + $1.bias.count }) <= Self.parameterLimit
    else { return nil }
    self.layers = layers
  }
}
