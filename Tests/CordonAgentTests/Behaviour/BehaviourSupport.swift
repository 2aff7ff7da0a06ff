import CordonAgent
import CordonCore
import CordonLearning
import CordonTestSupport
import CordonTrust
import CordonWire
import Testing

/// Weeks of one machine's minutes, and models over them.
enum BehaviourSupport {
  static let schema = FeatureSchema.hostAtHost
  static let host = EntityRef(kind: .host, label: "ws-17")
  static let key = BehaviourStage.Key(schema: schema.id, entity: host)
  static let minute: Int64 = 60_000

  /// A minute with so many processes started, so many since the start of 2026.
  static func window(_ index: Int, processes: Float, early: Bool = false, part: UInt32 = 0) -> EntityWindow {
    var window = EntityWindow(
      entity: host, schema: schema.id, start: FakeClock.start.advanced(by: .milliseconds(Int64(index) * minute)),
      length: UInt32(minute), observations: 1, features: [Float](repeating: 0, count: schema.features.count),
      isEarly: early, part: part)
    window.features[0] = processes
    return window
  }

  /// Busy minutes of so many days, 5 to 15 processes each; nothing of them alerts.
  static func learn(days: Int, from first: Int = 0, _ stage: inout BehaviourStage) throws {
    var randomness = SeededRandomness(seed: 5)
    for index in first * 1440..<(first + days) * 1440 where (480..<1080).contains(index % 1440) {
      let usual = window(index, processes: Float(Int.random(in: 5...15, using: &randomness)))
      let (scored, finding) = try stage.take(usual, offset: 0)
      #expect(scored.scores?.values.count ?? 3 == 3 && finding == nil)
    }
  }

  /// Scores the raw count of processes times a weight, with one threshold for single minutes.
  static func bundle(
    minute threshold: Double?, weight: Float = 0, share: Double = 0.05, schema: FeatureSchema = schema,
    digest: UInt64? = nil, peers: PeerBaseline? = nil, groupPeers: [String: PeerBaseline] = [:]
  ) throws -> ModelBundle {
    let feature = schema.features[0]
    let layer = try #require(
      DenseNetwork.Layer(inputs: 1, outputs: 1, weights: [weight], bias: [0], activation: .identity))
    let network = try #require(DenseNetwork(layers: [layer]))
    let model = try #require(
      NetworkModel(scaling: InputScaling(identity: 1), network: network, output: .column(0)))
    return try ModelBundle(
      schema: schema.id,
      features: [.init(id: feature.id, digest: digest ?? feature.digest, transform: .identity, name: feature.name)],
      model: .network(model),
      thresholds: [
        ScaleThreshold(
          scale: "1m", threshold: threshold, budgetShare: share, entityDays: 400, rank: threshold == nil ? 0 : 20)
      ],
      lineage: ModelLineage(
        modelID: UniqueID(bytes: [UInt8](1...16))!, codeVersion: "test", created: FakeClock.start), purpose: "test",
      seed: UInt64(weight.bitPattern), peers: peers, groupPeers: groupPeers)
  }

  static func model(_ bundle: ModelBundle, digest: UInt8 = 7, gated: Bool = true) throws -> ModelInForce {
    try ModelInForce(bundle, digest: [UInt8](repeating: digest, count: 32), schema: schema, isGated: gated)
  }

  static let canary = CanaryWindow(schema: 1, values: [110: 4000, 115: 4000])
}
