package import CordonCore

/// What an agent asks of a model before it lets it judge: that it neither floods nor blinds.
///
/// A collector in foreign hands can offer a model that people once signed; whether it fits this entity only the entity's
/// own past can say. What it cannot catch: a model that passes over what neither a canary window nor the past shows.
package struct ModelGate: Sendable {
  /// How many times its budget a model may usually alert on the past.
  package static let usualRateFactor = 2.0
  /// A number of alerts that is less likely than this under that rate is too many: over a week one alert proves nothing.
  package static let significance = 0.01
  /// Share of the week's hours in which a canary window must be flagged: it may be usual at the hour of the backup.
  package static let flaggedShare = 0.5

  private let model: BoundModel
  private let scales: [Scale]
  private let thresholds: [Double]
  private let peers: PeerBaseline?
  /// Alerts a day and entity, over all scales.
  private let budget: Double
  private let rateFactor: Double

  /// - Parameters:
  ///   - group: the entity's peer group.
  ///   - rateFactor: times its budget that the model may alert on the past, as the policy says.
  package init(
    _ bundle: ModelBundle, model: BoundModel, scales: [Scale] = Scale.onAgent, group: String = "",
    rateFactor: Double = usualRateFactor
  ) {
    self.rateFactor = rateFactor
    self.model = model
    self.scales = scales
    thresholds = bundle.thresholds(of: scales)
    peers = bundle.peers(of: group)
    budget = scales.reduce(0) { sum, scale in
      sum + (bundle.thresholds.first { $0.scale == scale.code && $0.threshold != nil }?.budgetShare ?? 0)
    }
  }

  /// Whether any scale has a threshold: a model without one alerts never.
  package var canAlert: Bool { thresholds.contains { $0 < .infinity } }

  /// Refuses with `alert-rate` where the model would alert on the past far more often than its budget says.
  ///
  /// - Parameters:
  ///   - past: one entity's windows in order of time.
  ///   - offset: seconds that the site's clock is ahead of UTC at a moment.
  package func checkRate(over past: [PastWindow], offset: (Timestamp) -> Int) throws(CordonError) {
    guard let first = past.first, let last = past.last else { return }
    let days = max(1, last.start.advanced(by: .milliseconds(Int64(last.length))).since(first.start) / .seconds(86_400))
    let count = alerts(over: past, offset: offset)
    let most = rateFactor * budget * days
    guard Self.chance(of: count, mean: most) >= Self.significance else {
      throw CordonError(
        .denied, "alert-rate",
        "The model would have alerted \(count) times on this machine's last \(Int(days.rounded())) days; "
          + "its budget is \(Self.plain(budget)) a day.",
        remedy: "Calibrate it with windows of machines like this one, or leave this machine's group out.")
    }
  }

  /// Alerts that the model would have raised on the past.
  package func alerts(over past: [PastWindow], offset: (Timestamp) -> Int) -> Int {
    var follower = ScaleFollower(scales: scales)
    var gate = AlertGate(scales: scales.count)
    var count = 0
    for window in past {
      follower.follow(
        score(window.features, window.surprises.map(Double.init)), start: window.start, length: window.length)
      let day = DailyMaximum.day(of: window.start, offset: offset(window.start))
      for index in scales.indices
      where gate.decide(follower.values[index], threshold: thresholds[index], scale: index, day: day) != .silent {
        count += 1
      }
    }
    return count
  }

  /// Refuses with `canary-missed` where a canary window would pass unnoticed in more than half of the week's hours.
  ///
  /// - Parameter scorer: of an entity that has matured, or whose peers the bundle brings along.
  package func checkCanaries(
    _ canaries: [CanaryWindow], schema: FeatureSchema, scorer: EntityScorer
  ) throws(CordonError) {
    for canary in canaries where canary.schema == schema.id {
      guard let features = canary.features else { continue }
      var flagged = 0
      for index in 0..<HourOfWeek.count {
        guard let hour = HourOfWeek(index: index) else { continue }
        let residuals = try scorer.examine(features, schema: schema, at: hour, peers: peers)
        if flags(features, residuals.map(\.surprise)) { flagged += 1 }
      }
      guard Double(flagged) >= Self.flaggedShare * Double(HourOfWeek.count) else {
        throw CordonError(
          .denied, "canary-missed", "The model would pass over the policy's canary window `\(canary.text)`.",
          remedy: "Lower the model's thresholds, or look at who made it.")
      }
    }
  }

  /// Whether a window, or such windows kept up for as long as a scale remembers, would alert.
  private func flags(_ features: [Float], _ surprises: [Double]) -> Bool {
    let found = score(features, surprises)
    return zip(scales, thresholds).contains { scale, threshold in
      guard scale.memory != nil else { return found > threshold }
      return min(found, ScaleFollower.ceiling) * (1 - exponential(-1)) > threshold
    }
  }

  private func score(_ features: [Float], _ surprises: [Double]) -> Double {
    max(WindowScore.joined(surprises), model.score(features, surprises: surprises))
  }

  /// P(X >= count) for a Poisson number X.
  static func chance(of count: Int, mean: Double) -> Double {
    guard count > 0 else { return 1 }
    var term = exponential(-mean)
    var below = term
    for number in 1..<max(count, 1) {
      term *= mean / Double(number)
      below += term
    }
    return max(0, 1 - below)
  }

  private static func plain(_ rate: Double) -> String { "\((rate * 1000).rounded() / 1000)" }
}
