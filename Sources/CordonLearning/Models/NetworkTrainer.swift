import CordonCore
import Glibc

/// Fits a network's weights by Adam, with early stopping.
///
/// Adam (Kingma, Ba 2015) on mini-batches of shuffled rows; a tenth of the rows, where there are enough, is held out, and
/// the weights of the epoch that was best there are kept (Prechelt: "Early stopping, but when?", 1998). Sums are of
/// Doubles in a fixed order: the same seed gives the same weights. Cost: epochs × rows × weights; memory: 32 bytes a
/// weight and the rows.
struct NetworkTrainer {
  /// What is made small.
  enum Loss {
    /// Half the square of output minus input, over present features.
    case reconstruction
    /// −ln of the label's probability, one sigmoid output.
    case logistic(labels: [Bool])
  }

  var epochs = 60
  var batch = 64
  var rate = 3e-3
  /// L2 penalty on weights, not on biases.
  var decay = 0.0
  var patience = 8

  /// Layers before training: activations and sizes; weights drawn after Glorot, Bengio (2010).
  static func layers(
    _ sizes: [Int], hidden: DenseNetwork.Activation, output: DenseNetwork.Activation,
    _ randomness: inout ModelRandomness
  ) -> [TrainedLayer] {
    (0..<sizes.count - 1).map { index in
      let (inputs, outputs) = (sizes[index], sizes[index + 1])
      let limit = (6 / Double(inputs + outputs)).squareRoot()
      return TrainedLayer(
        inputs: inputs, outputs: outputs, activation: index == sizes.count - 2 ? output : hidden,
        weights: (0..<inputs * outputs).map { _ in (2 * randomness.uniform() - 1) * limit })
    }
  }

  /// Trains on scaled rows, row-major; `isPresent` is false where a value was missing.
  func fit(
    _ start: [TrainedLayer], rows: [Double], isPresent: [Bool], loss: Loss, _ randomness: inout ModelRandomness
  ) -> [TrainedLayer] {
    var layers = start
    let columns = start[0].inputs
    let count = rows.count / columns
    var order = Array(0..<count)
    order.shuffle(using: &randomness)
    let held = count >= Self.heldOutFrom ? count / 10 : 0
    let heldOut = Array(order[..<held])
    var training = Array(order[held...])
    var best = (loss: Double.infinity, layers: layers, epoch: 0)
    var step = 0
    var pass = NetworkPass(layers)
    for epoch in 1...epochs {
      training.shuffle(using: &randomness)
      var total = 0.0
      for begin in stride(from: 0, to: training.count, by: batch) {
        let chosen = training[begin..<min(begin + batch, training.count)]
        for row in chosen { total += pass.learn(layers, rows, isPresent, row: row, loss) }
        step += 1
        pass.apply(to: &layers, rows: chosen.count, step: step, rate: rate, decay: decay)
      }
      let judged = held == 0 ? total : heldOut.reduce(0) { $0 + pass.loss(layers, rows, isPresent, row: $1, loss) }
      if judged < best.loss * (1 - 1e-4) { best = (judged, layers, epoch) }
      if epoch - best.epoch >= patience || !judged.isFinite { break }
    }
    return best.layers
  }

  private static let heldOutFrom = 200
}

/// A layer while it is trained.
struct TrainedLayer {
  let inputs: Int
  let outputs: Int
  let activation: DenseNetwork.Activation
  /// Row-major, outputs × inputs.
  var weights: [Double]
  var bias: [Double]

  init(inputs: Int, outputs: Int, activation: DenseNetwork.Activation, weights: [Double]) {
    self.inputs = inputs
    self.outputs = outputs
    self.activation = activation
    self.weights = weights
    bias = [Double](repeating: 0, count: outputs)
  }

  var flat: DenseNetwork.Layer? {
    DenseNetwork.Layer(
      inputs: inputs, outputs: outputs, weights: weights.map(Float.init), bias: bias.map(Float.init),
      activation: activation)
  }
}

/// Forward and backward through a network, with Adam's memory.
private struct NetworkPass {
  /// Of each layer, its input; then the network's output.
  private var values: [[Double]]
  private var gradients: [[Double]]
  private var biasGradients: [[Double]]
  private var means: [[Double]]
  private var squares: [[Double]]
  private var biasMeans: [[Double]]
  private var biasSquares: [[Double]]

  init(_ layers: [TrainedLayer]) {
    values = layers.map { [Double](repeating: 0, count: $0.inputs) }
    values.append([Double](repeating: 0, count: layers[layers.count - 1].outputs))
    gradients = layers.map { [Double](repeating: 0, count: $0.weights.count) }
    biasGradients = layers.map { [Double](repeating: 0, count: $0.outputs) }
    (means, squares, biasMeans, biasSquares) = (gradients, gradients, biasGradients, biasGradients)
  }

  /// The loss of one row.
  mutating func loss(
    _ layers: [TrainedLayer], _ rows: [Double], _ isPresent: [Bool], row: Int, _ loss: NetworkTrainer.Loss
  ) -> Double {
    forward(layers, rows, row: row)
    return judge(layers, rows, isPresent, row: row, loss).loss
  }

  /// Adds one row's gradients; its loss.
  mutating func learn(
    _ layers: [TrainedLayer], _ rows: [Double], _ isPresent: [Bool], row: Int, _ loss: NetworkTrainer.Loss
  ) -> Double {
    forward(layers, rows, row: row)
    var (total, errors) = judge(layers, rows, isPresent, row: row, loss)
    for index in layers.indices.reversed() {
      let layer = layers[index]
      var below = [Double](repeating: 0, count: layer.inputs)
      for output in 0..<layer.outputs {
        let error = errors[output]
        guard error != 0 else { continue }
        biasGradients[index][output] += error
        let base = output * layer.inputs
        for input in 0..<layer.inputs {
          gradients[index][base + input] += error * values[index][input]
          below[input] += error * layer.weights[base + input]
        }
      }
      guard index > 0 else { break }
      // Through the activation of the layer below, by its output.
      let activation = layers[index - 1].activation
      for input in 0..<layer.inputs { below[input] *= activation.slope(output: values[index][input]) }
      errors = below
    }
    return total
  }

  private mutating func forward(_ layers: [TrainedLayer], _ rows: [Double], row: Int) {
    let columns = layers[0].inputs
    for column in 0..<columns { values[0][column] = rows[row * columns + column] }
    for (index, layer) in layers.enumerated() {
      for output in 0..<layer.outputs {
        var sum = layer.bias[output]
        let base = output * layer.inputs
        for input in 0..<layer.inputs { sum += layer.weights[base + input] * values[index][input] }
        values[index + 1][output] = layer.activation.value(sum)
      }
    }
  }

  /// The loss, and its derivative by each output's sum before the activation.
  private func judge(
    _ layers: [TrainedLayer], _ rows: [Double], _ isPresent: [Bool], row: Int, _ loss: NetworkTrainer.Loss
  ) -> (loss: Double, errors: [Double]) {
    let found = values[layers.count]
    switch loss {
    case .logistic(let labels):
      let target = labels[row] ? 1.0 : 0.0
      let probability = min(max(found[0], 1e-12), 1 - 1e-12)
      return (-log(labels[row] ? probability : 1 - probability), [found[0] - target])
    case .reconstruction:
      let columns = layers[0].inputs
      let activation = layers[layers.count - 1].activation
      var total = 0.0
      var errors = [Double](repeating: 0, count: columns)
      for column in 0..<columns where isPresent[row * columns + column] {
        let difference = found[column] - rows[row * columns + column]
        total += difference * difference / 2
        errors[column] = difference * activation.slope(output: found[column])
      }
      return (total, errors)
    }
  }

  /// One step of Adam with the mean of the gradients, which are then forgotten.
  mutating func apply(to layers: inout [TrainedLayer], rows: Int, step: Int, rate: Double, decay: Double) {
    let correction = (1 - pow(Self.squareMemory, Double(step))).squareRoot() / (1 - pow(Self.meanMemory, Double(step)))
    let scale = 1 / Double(rows)
    for index in layers.indices {
      Self.adam(
        &layers[index].weights, &gradients[index], &means[index], &squares[index], scale: scale,
        rate: rate * correction, decay: decay)
      Self.adam(
        &layers[index].bias, &biasGradients[index], &biasMeans[index], &biasSquares[index], scale: scale,
        rate: rate * correction, decay: 0)
    }
  }

  private static let meanMemory = 0.9
  private static let squareMemory = 0.999

  private static func adam(
    _ weights: inout [Double], _ gradients: inout [Double], _ means: inout [Double], _ squares: inout [Double],
    scale: Double, rate: Double, decay: Double
  ) {
    for index in weights.indices {
      let gradient = gradients[index] * scale + decay * weights[index]
      means[index] += (1 - meanMemory) * (gradient - means[index])
      squares[index] += (1 - squareMemory) * (gradient * gradient - squares[index])
      weights[index] -= rate * means[index] / (squares[index].squareRoot() + 1e-8)
      gradients[index] = 0
    }
  }
}

extension DenseNetwork.Activation {
  @inline(__always) func value(_ sum: Double) -> Double {
    switch self {
    case .identity: sum
    case .relu: max(0, sum)
    case .sigmoid: 1 / (1 + exp(-sum))
    case .tanh: Glibc.tanh(sum)
    }
  }

  /// The derivative, by what came out.
  @inline(__always) func slope(output: Double) -> Double {
    switch self {
    case .identity: 1
    case .relu: output > 0 ? 1 : 0
    case .sigmoid: output * (1 - output)
    case .tanh: 1 - output * output
    }
  }
}
