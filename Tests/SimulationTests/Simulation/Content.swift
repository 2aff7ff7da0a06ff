import CordonCore

/// What a simulated record holds: a number by which it is known wherever it turns up, and nothing else that matters.
struct Content: Hashable {
  var number: UInt64
  var lane: Lane
  /// The collector will never be able to decode it.
  var isPoisoned: Bool

  /// As the spool keeps it.
  var bytes: [UInt8] {
    var bytes = (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    bytes.append(lane.rawValue)
    bytes.append(isPoisoned ? 1 : 0)
    return bytes
  }

  init(number: UInt64, lane: Lane, isPoisoned: Bool) {
    self.number = number
    self.lane = lane
    self.isPoisoned = isPoisoned
  }

  init(bytes: [UInt8]) {
    number = (0..<8).reduce(0) { $0 | UInt64(bytes[$1]) << (8 * $1) }
    lane = Lane(rawValue: bytes[8])!
    isPoisoned = bytes[9] == 1
  }

  /// As the collector decodes it.
  var decoded: Result<Record, CordonError> {
    if isPoisoned { return .failure(CordonError(.invalid, "poison", "This record can never be stored.")) }
    let time = Timestamp(milliseconds: Int64(bitPattern: number))
    switch lane {
    case .window:
      return .success(
        .window(
          EntityWindow(
            entity: Self.host, schema: 1, start: time, length: 60_000, observations: 1, features: [])))
    case .detection:
      return .success(
        .detection(
          Detection(
            id: Self.id, kind: .tripwire, rule: "", technique: "", severity: .low, eventTime: time, raisedAt: time,
            summary: "")))
    case .outcome: return .success(.outcome(Outcome(commandID: Self.id, state: .held, at: time)))
    }
  }

  /// The number of a record that the collector stored.
  static func number(of record: Record) -> UInt64 {
    switch record {
    case .window(let window): UInt64(bitPattern: window.start.milliseconds)
    case .detection(let detection): UInt64(bitPattern: detection.eventTime.milliseconds)
    case .outcome(let outcome): UInt64(bitPattern: outcome.at.milliseconds)
    }
  }

  private static let host = EntityRef(kind: .host, label: "simulated")
  private static let id = UniqueID(bytes: [UInt8](repeating: 1, count: 16))!
}
