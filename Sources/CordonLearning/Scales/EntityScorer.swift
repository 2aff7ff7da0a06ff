package import CordonCore

/// What an agent (or, for users, the collector) knows of one entity: its baseline and its scores so far.
///
/// Scores first, then learns. A window inside an open incident is scored and not learned. Everything that is learned is in
/// `encoded`, so that neither a reboot nor a new model resets it. What it cannot catch: an attacker who moves more slowly
/// than the baseline forgets teaches it that each step is usual; one who acts as often as the windows that it learns from
/// (say in 5 % of them) is usual from the start; and one who does what the entity does at the hours when it does it has no
/// residual. Fleet models, tripwires and the collector's 7-day scale are for those, and none is sure to find them.
package struct EntityScorer: Hashable, Sendable {
  private static let version: UInt8 = 1
  /// Active windows after which an entity is judged mostly by its own past.
  package static let maturity: UInt32 = 60
  /// As many of an hour or more: windows of minutes depend on their neighbours.
  package static let hourlyMaturity: UInt32 = 20
  /// Hours of a gap that are counted as empty windows; a longer one is an absence that teaches nothing.
  static let gapLimit = 4 * HourOfWeek.count
  /// What is kept an entity, in bytes, beside its name.
  package static let encodedLimit = EntityBaseline.encodedLimit + 48

  package private(set) var baseline: EntityBaseline
  package private(set) var follower: ScaleFollower

  /// Knows nothing yet of an entity with a schema's features.
  package init(featureCount: Int, scales: [Scale] = Scale.onAgent) {
    baseline = EntityBaseline(featureCount: featureCount)
    follower = ScaleFollower(scales: scales)
  }

  /// Whether its own past carries the scores of windows of some length in milliseconds; a minute, unless it is known.
  package func isMatured(windowLength: UInt32 = 60_000) -> Bool {
    baseline.activeWindows >= Self.maturity(windowLength: windowLength)
  }

  static func maturity(windowLength: UInt32) -> UInt32 { windowLength >= 3_600_000 ? hourlyMaturity : maturity }

  /// Scores a window, then learns from it.
  ///
  /// - Parameters:
  ///   - window: one entity's, of the schema that the scorer was made for.
  ///   - offset: seconds that the site's clock is ahead of UTC.
  ///   - model: can raise the baseline's score, never lower it; nil where only the baseline judges.
  ///   - learns: false inside an incident.
  ///
  /// Throws `window-shape` for a wrong number of features.
  package mutating func score(
    _ window: EntityWindow, schema: FeatureSchema, offset: Int = 0, peers: PeerBaseline? = nil,
    judge: BaselineJudge = BaselineJudge(), model: BoundModel? = nil, learns: Bool = true
  ) throws(CordonError) -> WindowScore {
    let values = try transformed(window.features, schema: schema)
    let hour = HourOfWeek(window.start, offset: offset)
    let residuals = judge.residuals(of: values, at: hour, own: baseline, peers: peers)
    let own = WindowScore.joined(residuals.lazy.map(\.surprise))
    let found = model?.score(window.features, surprises: residuals.lazy.map(\.surprise)) ?? own
    let last = follower.end
    follower.follow(max(own, found), start: window.start, length: window.length)
    let result = WindowScore(
      score: max(own, found), scales: follower.values, residuals: residuals,
      isMatured: isMatured(windowLength: window.length),
      modelScore: found > own ? found : nil)
    if learns { learn(values, of: window, since: last, offset: offset) }
    return result
  }

  /// Learns a window that was scored without being learned, and the empty ones before it.
  ///
  /// - Parameter last: end of the window before it; nil for the first. Throws `window-shape`.
  package mutating func learn(
    _ window: EntityWindow, schema: FeatureSchema, since last: Timestamp?, offset: Int = 0
  ) throws(CordonError) {
    learn(try transformed(window.features, schema: schema), of: window, since: last, offset: offset)
  }

  private mutating func learn(_ values: [Float], of window: EntityWindow, since last: Timestamp?, offset: Int) {
    if let last { learnGap(from: last, before: window, offset: offset) }
    baseline.learn(values, at: HourOfWeek(window.start, offset: offset))
  }

  /// How far a window would be from what is usual in an hour; changes nothing. Throws `window-shape`.
  package func examine(
    _ features: [Float], schema: FeatureSchema, at hour: HourOfWeek, peers: PeerBaseline? = nil,
    judge: BaselineJudge = BaselineJudge()
  ) throws(CordonError) -> [FeatureResidual] {
    judge.residuals(of: try transformed(features, schema: schema), at: hour, own: baseline, peers: peers)
  }

  private func transformed(_ features: [Float], schema: FeatureSchema) throws(CordonError) -> [Float] {
    guard features.count == baseline.featureCount, schema.features.count == baseline.featureCount else {
      throw CordonError(
        .invalid, "window-shape",
        "A window of \(schema.name) has \(features.count) features instead of \(baseline.featureCount).")
    }
    return zip(schema.features, features).map { $0.transform.value(of: $1) }
  }

  /// Counts the empty windows between the last one and this one, each in its hour.
  private mutating func learnGap(from end: Timestamp, before window: EntityWindow, offset: Int) {
    for empty in Self.emptyWindows(from: end, to: window, offset: offset) {
      baseline.learnEmpty(empty.count, at: empty.hour)
    }
  }
}

extension EntityScorer {
  /// The state as a shell keeps it.
  package var encoded: [UInt8] {
    var writer = StateWriter()
    writer.put(Self.version)
    writer.put(baseline.encoded)
    follower.encode(to: &writer)
    return writer.bytes
  }

  /// Reads a state; throws `malformed-state` for anything that `encoded` would not have written.
  package init(encoded bytes: [UInt8], scales: [Scale] = Scale.onAgent) throws(CordonError) {
    var reader = StateReader(bytes)
    try reader.version(Self.version)
    baseline = try EntityBaseline(encoded: try reader.data())
    follower = try ScaleFollower(scales: scales, from: &reader)
    try reader.end()
  }
}
