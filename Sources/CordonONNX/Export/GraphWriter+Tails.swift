import CordonCore
import CordonLearning

/// Tails, and the ensemble's calibrations: both are piecewise linear.
extension GraphWriter {
  /// Rate of a step that is almost flat: steeper ones would not be finite.
  private static let steepest: Float = 1e30

  /// Σ weight · tail over present features.
  ///
  /// P(X ≤ x) is the sum of how far x is through each step of the grid; P(X ≥ x) is summed from the other end, so that a
  /// small probability is not the difference of two large ones.
  mutating func score(_ model: TailModel) -> String {
    let zeros = [Float](repeating: 0, count: columns)
    let rows = filled(with: zeros)
    let last = whole([2])
    let spread = node("Unsqueeze", [rows, last])
    let steps = model.points - 1
    var lows: [Float] = []
    var highs: [Float] = []
    for feature in 0..<columns {
      lows += model.quantiles[feature * model.points..<feature * model.points + steps]
      highs += model.quantiles[feature * model.points + 1..<feature * model.points + model.points]
    }
    let isFlat = zip(lows, highs).map { $0 == $1 }
    let grid = [1, columns, steps]
    let lowGrid = constant(lows, grid)
    let highGrid = constant(highs, grid)
    let rates = constant(zip(lows, highs).map { $0 == $1 ? 0 : min(1 / ($1 - $0), Self.steepest) }, grid)
    let flat = constant(isFlat.map { $0 ? 1 : 0 }, grid)
    let fromLow = node("Sub", [spread, lowGrid])
    let fromHigh = node("Sub", [highGrid, spread])
    let atMost = share(fromLow, rates, flat, node("GreaterOrEqual", [spread, lowGrid]), steps: steps)
    let atLeast = share(fromHigh, rates, flat, node("LessOrEqual", [spread, lowGrid]), steps: steps)
    let leasts = (0..<columns).map { model.quantiles[$0 * model.points] }
    let mosts = (0..<columns).map { model.quantiles[($0 + 1) * model.points - 1] }
    let below = node("Sub", [row(leasts), rows])
    let above = node("Sub", [rows, row(mosts)])
    let low = tail(atMost, excess: below, model, side: .low)
    let high = tail(atLeast, excess: above, model, side: .high)
    let rarer = node("Max", [low, high])
    let weighted = node("Mul", [rarer, row(model.weights)])
    let present = presence()
    return sumOfColumns(node("Mul", [weighted, present]))
  }

  /// The mean over a grid's steps of how far each is passed; a step of no width is passed or not.
  private mutating func share(
    _ distance: String, _ rates: String, _ flat: String, _ passed: String, steps: Int
  ) -> String {
    let within = clipped(node("Mul", [distance, rates]))
    let whether = node("Cast", [passed], [.integer("to", Onnx_TensorProto.DataType.float.rawValue)])
    let jump = node("Mul", [whether, flat])
    let last = whole([2])
    let sum = node("ReduceSum", [node("Add", [within, jump]), last], [.integer("keepdims", 0)])
    return node("Mul", [sum, number(1 / Double(steps))])
  }

  private mutating func clipped(_ value: String) -> String { node("Clip", [value, number(0), number(1)]) }

  /// −ln max(p, floor) + ln(1 + excess / spread), zero for features of which the side does not count.
  private mutating func tail(_ share: String, excess: String, _ model: TailModel, side: TailModel.Side) -> String {
    let floor = number(1 / Double(model.referenceRows + 1))
    let rarity = node("Neg", [node("Log", [node("Max", [share, floor])])])
    let beyond = node("Max", [excess, number(0)])
    let ratio = node("Div", [beyond, row(model.spreads)])
    let growth = node("Log", [node("Add", [ratio, number(1)])])
    let counts = row(model.sides.map { $0 == side || $0 == .both ? 1 : 0 })
    return node("Mul", [node("Add", [rarity, growth]), counts])
  }

  /// The weighted mean of the members' calibrated scores.
  mutating func score(_ ensemble: ModelEnsemble) throws(CordonError) -> String {
    let total = ensemble.members.reduce(0) { $0 + Double($1.weight) }
    var sum: String?
    for member in ensemble.members {
      let own = try score(member.model)
      let weight = number(Double(member.weight) / total)
      let part = node("Mul", [calibrated(own, member.calibration), weight])
      sum = sum.map { node("Add", [$0, part]) } ?? part
    }
    return sum ?? number(0)
  }

  /// v₀ + Σ slope · (how far the score is through each step) + slope beyond the last.
  private mutating func calibrated(_ score: String, _ calibration: ScoreCalibration) -> String {
    let last = calibration.scores.count - 1
    let beyond = node("Max", [node("Sub", [score, number(Double(calibration.scores[last]))]), number(0)])
    let first = number(Double(calibration.values[0]))
    let base = node("Add", [node("Mul", [beyond, number(Double(calibration.slope))]), first])
    guard last > 0 else { return base }
    let starts = row(Array(calibration.scores.dropLast()))
    let widths = (0..<last).map { calibration.scores[$0 + 1] - calibration.scores[$0] }
    let rises = (0..<last).map { (calibration.values[$0 + 1] - calibration.values[$0]) / widths[$0] }
    let passed = node("Max", [node("Sub", [score, starts]), number(0)])
    let within = node("Min", [passed, row(widths)])
    return node("Add", [base, sumOfColumns(node("Mul", [within, row(rises)]))])
  }
}
