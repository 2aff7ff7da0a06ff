import CordonCore
import CordonLearning

/// Any bytes as what agents and collector keep of an entity's behaviour: no trap, neither when it is read nor when a
/// window is scored with it, and what is read is written back the same.
func fuzzBehaviourState(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  let schema = FeatureSchema.hostAtHost
  let peers = try? PeerBaseline(encoded: bytes)
  if let peers {
    precondition((try? PeerBaseline(encoded: peers.encoded)) == peers, "peers are written back otherwise")
  }
  if let past = try? PastWindow(start: .epoch, length: 60_000, encoded: bytes) {
    precondition(past.encoded == bytes, "a past window is written back otherwise")
  }
  guard let watch = try? EntityWatch(encoded: bytes, featureCount: schema.features.count) else { return 0 }
  let again = try? EntityWatch(encoded: watch.encoded, featureCount: schema.features.count)
  precondition(again?.encoded == watch.encoded, "a watch is written back otherwise")
  guard var scorer = try? EntityScorer(encoded: watch.scorer.encoded) else { preconditionFailure("no scorer") }
  let window = EntityWindow(
    entity: EntityRef(kind: .host, label: "ws-1"), schema: schema.id,
    start: Timestamp(milliseconds: 1_767_225_600_000), length: 60_000, observations: 9,
    features: [Float](repeating: 3, count: schema.features.count))
  let score = try? scorer.score(window, schema: schema, peers: peers)
  precondition(score?.score.isNaN != true, "a score is no number")
  return 0
}
