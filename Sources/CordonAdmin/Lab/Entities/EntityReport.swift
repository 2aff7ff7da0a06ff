package import CordonLearning

/// How well an entity replay found what the labels name.
package struct EntityReport: Sendable {
  /// Alerts for 1,000 judged windows that found shares are given at.
  package static let budgets = [1, 5, 20]

  /// The product's way, or what it is measured beside.
  package struct Quality: Hashable, Sendable {
    package var metrics: RankMetrics
    /// Share of the entities with bad windows that have one among the alerts, one a budget.
    package var found: [Double]
  }

  package var windows: Int
  package var entities: Int
  package var badWindows: Int
  package var badEntities: Int
  package var quality: Quality
  package var zScore: Quality

  /// Nil unless there are both bad and other windows.
  package init?(_ judged: [EntityReplay.Judged], isBad: [Bool], zScores: [Double]) {
    let owners = judged.map(\.entity)
    guard let ours = Self.quality(judged.map(\.score.score), isBad, owners),
      let peer = Self.quality(zScores, isBad, owners)
    else { return nil }
    windows = judged.count
    entities = Set(owners).count
    badWindows = isBad.count { $0 }
    badEntities = Set(zip(owners, isBad).filter(\.1).map(\.0)).count
    quality = ours
    zScore = peer
  }

  private static func quality(_ scores: [Double], _ isBad: [Bool], _ owners: [Int]) -> Quality? {
    guard let metrics = RankMetrics(scores: scores, labels: isBad) else { return nil }
    let order = scores.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }
    let all = Set(zip(owners, isBad).filter(\.1).map(\.0)).count
    let found = budgets.map { budget in
      let alerts = order.prefix(scores.count * budget / 1000)
      return Double(Set(alerts.filter { isBad[$0] }.map { owners[$0] }).count) / Double(all)
    }
    return Quality(metrics: metrics, found: found)
  }

  package var report: Report {
    let (ours, peer) = (quality.metrics, zScore.metrics)
    let found = zip(Self.budgets, quality.found).map { "\(Self.percent($1)) at \($0)" }.joined(separator: ", ")
    return Report(
      text: """
        \(windows) windows of \(entities) entities were judged; \(badWindows) windows of \(badEntities) entities are bad.
        AUROC \(Self.decimals(ours.auroc)), average precision \(Self.decimals(ours.averagePrecision))
        Greatest z-score on the same rows: AUROC \(Self.decimals(peer.auroc)), average precision \
        \(Self.decimals(peer.averagePrecision))
        Entities found, by alerts for 1,000 windows: \(found)

        """,
      json: .fields([
        "windows": .integer(Int64(windows)), "entities": .integer(Int64(entities)),
        "bad_windows": .integer(Int64(badWindows)), "bad_entities": .integer(Int64(badEntities)),
        "auroc": .number(ours.auroc), "average_precision": .number(ours.averagePrecision),
        "found": Self.curve(quality.found),
        "z_score": .fields([
          "auroc": .number(peer.auroc), "average_precision": .number(peer.averagePrecision),
          "found": Self.curve(zScore.found),
        ]),
      ]))
  }

  private static func curve(_ found: [Double]) -> JSONValue {
    .list(
      zip(budgets, found).map {
        .fields(["alerts_per_1000": .integer(Int64($0)), "share_of_entities": .number($1)])
      })
  }

  private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

  private static func decimals(_ value: Double) -> String {
    let thousandths = "\(Int((value * 1000).rounded()))"
    let padded = String(repeating: "0", count: max(0, 4 - thousandths.count)) + thousandths
    return padded.dropLast(3) + "." + padded.suffix(3)
  }
}
