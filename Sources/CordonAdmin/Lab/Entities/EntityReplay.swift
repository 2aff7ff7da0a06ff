package import CordonCore
package import CordonLearning

/// Runs windows through the product's own way: baselines, peer group, score, then learning.
///
/// Windows before an entity's end of training teach its baseline and its peers'; later ones are scored, and learned as the
/// policy says. All entities are one peer group.
package struct EntityReplay: Sendable {
  /// Which windows after the training are learned.
  package enum Learning: String, Sendable, CaseIterable {
    /// Those whose score is under `quietBound`: what an incident would hold stays out, as in the product.
    case quiet
    /// All.
    case always
    /// None: for judging a fixed baseline.
    case training
  }

  /// When an entity's training ends.
  package enum TrainingEnd: Hashable, Sendable {
    case at(Timestamp)
    /// So long after the start of its first window.
    case after(Duration)
  }

  /// A window that was judged.
  package struct Judged: Hashable, Sendable {
    /// Position in the list of entities.
    package var entity: Int
    package var window: EntityWindow
    package var score: WindowScore
  }

  package var schema: FeatureSchema
  package var trainingEnd: TrainingEnd
  package var learning: Learning
  /// In nats: about one usual window in three hundred is above.
  package static let quietBound = 5.0

  package init(schema: FeatureSchema, trainingEnd: TrainingEnd, learning: Learning) {
    self.schema = schema
    self.trainingEnd = trainingEnd
    self.learning = learning
  }

  /// Judges every window after training, entity by entity in the given order.
  package func judged(_ entities: [[EntityWindow]]) throws(CordonError) -> [Judged] {
    let ends = entities.map { end(of: $0) }
    let peers = peerGroup(entities, ends)
    let judge = BaselineJudge(windowLength: .milliseconds(entities.lazy.flatMap { $0 }.first?.length ?? 0))
    var judged: [Judged] = []
    for (index, windows) in entities.enumerated() {
      var scorer = EntityScorer(featureCount: schema.features.count)
      for window in windows {
        let isTraining = window.start < ends[index]
        let before = scorer
        var score = try scorer.score(window, schema: schema, peers: peers, judge: judge)
        if !isTraining, !learns(score) {
          scorer = before
          score = try scorer.score(window, schema: schema, peers: peers, judge: judge, learns: false)
        }
        if !isTraining { judged.append(Judged(entity: index, window: window, score: score)) }
      }
    }
    return judged
  }

  private func learns(_ score: WindowScore) -> Bool {
    switch learning {
    case .always: true
    case .quiet: score.score < Self.quietBound
    case .training: false
    }
  }

  func end(of windows: [EntityWindow]) -> Timestamp {
    switch trainingEnd {
    case .at(let time): time
    case .after(let duration): (windows.first?.start ?? .epoch).advanced(by: duration)
    }
  }

  private func peerGroup(_ entities: [[EntityWindow]], _ ends: [Timestamp]) -> PeerBaseline {
    var peers = PeerBaseline(featureCount: schema.features.count)
    for (windows, end) in zip(entities, ends) {
      var last: Timestamp?
      for window in windows where window.start < end {
        if let last { learnGap(&peers, from: last, to: window) }
        peers.learn(
          zip(schema.features, window.features).map { $0.transform.value(of: $1) }, at: HourOfWeek(window.start))
        last = window.start.advanced(by: .milliseconds(Int64(window.length)))
      }
    }
    return peers
  }

  /// Empty windows between two, each in its hour; a gap of more than four weeks is an absence.
  private func learnGap(_ peers: inout PeerBaseline, from end: Timestamp, to window: EntityWindow) {
    let missing = window.start.since(end).milliseconds / Int64(window.length)
    guard missing > 0, missing * Int64(window.length) <= 28 * 86_400_000 else { return }
    for index in 0..<missing {
      peers.learnEmpty(1, at: HourOfWeek(end.advanced(by: .milliseconds(index * Int64(window.length)))))
    }
  }
}
