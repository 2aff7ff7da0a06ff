import CordonCore
import CordonTestSupport

/// Values that many tests need and none cares about.
enum Samples {
  /// 2026-11-01T00:00:00Z.
  static let start = Timestamp(milliseconds: 1_793_491_200_000)

  /// The n-th agent.
  static func agent(_ number: Int) throws -> AgentID {
    var bytes = [UInt8](repeating: 0, count: 16)
    for index in 0..<8 { bytes[15 - index] = UInt8(truncatingIfNeeded: number >> (8 * index)) }
    guard let id = AgentID(Hex.encode(bytes)) else { throw CordonError(.defect, "sample", "not an id") }
    return id
  }

  static func id(_ number: Int, at time: Timestamp = start) -> UniqueID {
    var randomness = SeededRandomness(seed: UInt64(number))
    return UniqueID(at: time, randomness: &randomness)
  }

  static func user(_ byte: UInt8) -> SealedEntity {
    SealedEntity(
      entity: EntityRef(kind: .user, keyEpoch: 1, pseudonym: [UInt8](repeating: byte, count: 16)),
      sealedName: [1, 2, 3], part: .actor)
  }

  static func detection(
    _ number: Int, at time: Timestamp = start, severity: Severity = .high, entities: [SealedEntity] = [],
    summary: String = "Canary file touched"
  ) -> Detection {
    Detection(
      id: id(number, at: time), kind: .tripwire, rule: "canary-touched", technique: "T1486", severity: severity,
      eventTime: time, raisedAt: time, summary: summary, entities: entities)
  }
}
