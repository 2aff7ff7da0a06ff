package import CordonCore

/// All that is kept of one watched entity: what is usual, its scores at each scale, its alerts, and since when.
///
/// It alerts once its own past has matured and reaches back a week, so that every hour of the week was seen, or at once
/// where a peer group that has matured stands for it. Thresholds are set from days of matured entities alone; a newcomer's
/// first days pass them more seldom, for its peers judge it and its longer scales begin at nothing. While it is strange it
/// is scored and not learned, for at most a day: longer, what was strange is either an incident that people know of, or the
/// new usual. State survives in `encoded`: neither a reboot nor a new model resets evidence, alerts or learning.
package struct EntityWatch: Hashable, Sendable {
  private static let version: UInt8 = 1
  /// How far back an entity's own past reaches before it alerts.
  package static let learningPeriod = Duration.seconds(7 * 86_400)
  /// How long what is strange is not learned.
  static let unlearnedPeriod = Duration.seconds(86_400)
  /// What is kept an entity, in bytes, beside its name.
  package static let encodedLimit = EntityScorer.encodedLimit + 128

  package private(set) var scorer: EntityScorer
  /// The scores that a model on trial gives.
  private var trial: ScaleFollower
  private var gate: AlertGate
  /// Start of the first window; nil before it.
  package private(set) var since: Timestamp?
  /// Since when a scale has been above its threshold.
  private var strangeSince: Timestamp?

  /// Knows nothing yet of an entity with a schema's features.
  package init(featureCount: Int, scales: [Scale] = Scale.onAgent) {
    scorer = EntityScorer(featureCount: featureCount, scales: scales)
    trial = ScaleFollower(scales: scales)
    gate = AlertGate(scales: scales.count)
  }

  package var scales: [Scale] { trial.scales }

  /// How many matured members' windows a peer group has seen before it stands for a newcomer.
  private static let peerMembers: Float = 5

  /// From when on it can alert, if it or its peers have matured by then; nil before its first window.
  package func learningUntil(peers: PeerBaseline?) -> Timestamp? {
    guard let since else { return nil }
    return peers == nil ? since.advanced(by: Self.learningPeriod) : since
  }

  private func canAlert(at window: EntityWindow, _ score: WindowScore, peers: PeerBaseline?) -> Bool {
    guard let until = learningUntil(peers: peers), window.start >= until else { return false }
    guard !score.isMatured, let peers else { return score.isMatured }
    return peers.activeWindows >= Self.peerMembers * Float(EntityScorer.maturity(windowLength: window.length))
  }
}

extension EntityWatch {
  /// Who judges a window.
  package struct Judges: Hashable, Sendable {
    /// Can raise the baseline's score.
    package var model: BoundModel?
    /// One a scale; +∞ where a scale is silent.
    package var thresholds: [Double]
    /// On trial: scores, and alerts never.
    package var trial: BoundModel?
    package var peers: PeerBaseline?

    /// Without a model or thresholds: scores by the baseline alone, and alerts never.
    package init(
      scales: [Scale] = Scale.onAgent, model: BoundModel? = nil, thresholds: [Double]? = nil, trial: BoundModel? = nil,
      peers: PeerBaseline? = nil
    ) {
      self.model = model
      self.thresholds = thresholds ?? [Double](repeating: .infinity, count: scales.count)
      self.trial = trial
      self.peers = peers
    }
  }

  /// A scale that passed its threshold.
  package struct Alert: Hashable, Sendable {
    package var scale: Scale
    package var score: Double
    package var threshold: Double
    /// A further day of an episode that was alerted already.
    package var goesOn: Bool

    package init(scale: Scale, score: Double, threshold: Double, goesOn: Bool = false) {
      self.scale = scale
      self.score = score
      self.threshold = threshold
      self.goesOn = goesOn
    }
  }

  /// What came of a window.
  package struct Verdict: Hashable, Sendable {
    package var score: WindowScore
    /// Of the model on trial, one a scale; nil without one.
    package var trial: [Double]?
    package var alerts: [Alert]
  }

  /// Scores a window, alerts, then learns from it.
  ///
  /// - Parameters:
  ///   - offset: seconds that the site's clock is ahead of UTC.
  ///   - isWhole: false for what there is so far of a window that closed early: it is scored and can alert, and counts
  ///     for nothing yet; the whole window follows.
  ///
  /// Throws `window-shape` for a wrong number of features.
  package mutating func take(
    _ window: EntityWindow, schema: FeatureSchema, offset: Int = 0, judges: Judges, isWhole: Bool = true
  ) throws(CordonError) -> Verdict {
    precondition(judges.thresholds.count == scales.count, "there is one threshold a scale")
    guard isWhole else {
      var ahead = self
      let verdict = try ahead.judge(window, schema: schema, offset: offset, judges: judges)
      // What it alerted is not alerted again with the whole window.
      gate = ahead.gate
      return verdict
    }
    let last = scorer.follower.end
    if since == nil { since = window.start }
    let verdict = try judge(window, schema: schema, offset: offset, judges: judges)
    guard strangeSince.map({ window.start.since($0) > Self.unlearnedPeriod }) ?? true else { return verdict }
    try scorer.learn(window, schema: schema, since: last, offset: offset)
    return verdict
  }

  private mutating func judge(
    _ window: EntityWindow, schema: FeatureSchema, offset: Int, judges: Judges
  ) throws(CordonError) -> Verdict {
    let score = try scorer.score(
      window, schema: schema, offset: offset, peers: judges.peers, model: judges.model, learns: false)
    var verdict = Verdict(score: score, trial: Self.follow(window, score, judges.trial, &trial), alerts: [])
    guard canAlert(at: window, score, peers: judges.peers) else { return verdict }
    verdict.alerts = alerts(score.scales, judges.thresholds, window, offset: offset)
    if !verdict.alerts.isEmpty, score.modelScore != nil, let model = judges.model {
      verdict.score.modelParts = model.contributions(window.features, surprises: score.residuals.map(\.surprise))
    }
    return verdict
  }

  private static func follow(
    _ window: EntityWindow, _ score: WindowScore, _ model: BoundModel?, _ trial: inout ScaleFollower
  ) -> [Double]? {
    guard let model else { return nil }
    let surprises = score.residuals.map(\.surprise)
    let found = max(WindowScore.joined(surprises), model.score(window.features, surprises: surprises))
    trial.follow(found, start: window.start, length: window.length)
    return trial.values
  }

  private mutating func alerts(
    _ scores: [Double], _ thresholds: [Double], _ window: EntityWindow, offset: Int
  ) -> [Alert] {
    let day = DailyMaximum.day(of: window.start, offset: offset)
    var alerts: [Alert] = []
    var isStrange = false
    for (index, scale) in scales.enumerated() {
      isStrange = isStrange || scores[index] > thresholds[index]
      let decision = gate.decide(scores[index], threshold: thresholds[index], scale: index, day: day)
      guard decision != .silent else { continue }
      alerts.append(
        Alert(
          scale: scale, score: scores[index], threshold: thresholds[index], goesOn: decision == .continuation))
    }
    strangeSince = isStrange ? strangeSince ?? window.start : nil
    return alerts
  }
}

extension EntityWatch {
  /// The state as a shell keeps it.
  package var encoded: [UInt8] {
    var writer = StateWriter()
    writer.put(Self.version)
    writer.put(scorer.encoded)
    trial.encode(to: &writer)
    gate.encode(to: &writer)
    writer.put(since?.milliseconds ?? .min)
    writer.put(strangeSince?.milliseconds ?? .min)
    return writer.bytes
  }

  /// Reads a state of a schema's features; throws `malformed-state` for anything that `encoded` would not have written.
  package init(
    encoded bytes: [UInt8], featureCount: Int, scales: [Scale] = Scale.onAgent
  ) throws(CordonError) {
    guard bytes.count <= Self.encodedLimit else { throw StateReader.malformed }
    var reader = StateReader(bytes)
    try reader.version(Self.version)
    scorer = try EntityScorer(encoded: try reader.data(), scales: scales)
    guard scorer.baseline.featureCount == featureCount else { throw StateReader.malformed }
    trial = try ScaleFollower(scales: scales, from: &reader)
    gate = try AlertGate(scales: scales.count, from: &reader)
    since = try Self.time(&reader)
    strangeSince = try Self.time(&reader)
    try reader.end()
  }

  private static func time(_ reader: inout StateReader) throws(CordonError) -> Timestamp? {
    let milliseconds = try reader.integer(Int64.self)
    return milliseconds == .min ? nil : Timestamp(milliseconds: milliseconds)
  }
}
