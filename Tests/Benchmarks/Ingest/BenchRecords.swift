import CordonCore
import CordonWire

/// The windows that load is made of: half of them a host's, half of them users' partial ones, three sketches each.
enum BenchRecords {
  static func windows(_ count: Int, agent: Int, at now: Timestamp) -> [EntityWindow] {
    (0..<count).map { number in
      let isHost = number.isMultiple(of: 2)
      let schema = isHost ? FeatureSchema.hostAtHost : .userAtHost
      let user = (0..<EntityRef.pseudonymLength).map {
        UInt8(truncatingIfNeeded: (number / 2 % 20) &* 37 &+ $0 &* agent)
      }
      let unions = schema.features.filter { $0.merge == .union }.prefix(3)
      return EntityWindow(
        entity: isHost
          ? EntityRef(kind: .host, label: "bench-\(agent)") : EntityRef(kind: .user, keyEpoch: 1, pseudonym: user),
        schema: schema.id, start: Timestamp(milliseconds: now.milliseconds / 60_000 * 60_000), length: 60_000,
        observations: UInt32(number), features: schema.features.indices.map { Float($0 * number % 97) },
        sketches: unions.map {
          EntityWindow.DistinctSketch(
            feature: $0.id, registers: (0..<24).map { UInt8(truncatingIfNeeded: $0 &* number) })
        }, isPartial: !isHost, lag: 12)
    }
  }

  /// The same as messages.
  static func records(_ count: Int, agent: Int, at now: Timestamp) -> [Cordon_V1_Record] {
    windows(count, agent: agent, at: now).map { Cordon_V1_Record(Record.window($0)) }
  }
}
