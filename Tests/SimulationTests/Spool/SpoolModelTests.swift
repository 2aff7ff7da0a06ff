import CordonAgent
import CordonCore
import CordonTestSupport
import Glibc
import Testing

/// The SQLite spool beside the simulator's, under the same random actions: they never differ.
///
/// `CORDON_SEED=n` runs one seed.
@Suite struct SpoolModelTests {
  static let seeds: [UInt64] =
    getenv("CORDON_SEED").flatMap { UInt64(String(cString: $0)) }.map { [$0] } ?? Array(1...12)

  private static let limits = SpoolLimits(
    bytes: 2_000, reserveBytes: 500, windowAge: .seconds(100), recordBytes: 120, setAsideRecords: 3,
    setAsideBytes: 250)

  @Test(arguments: seeds) func bothAgreeAfterEveryAction(seed: UInt64) throws {
    try withTemporaryFolder { folder in
      var randomness = SeededRandomness(seed: seed)
      let disk = SimulatedDisk()
      var openings = SeededRandomness(seed: seed &+ 1_000)
      func open() throws -> (RecordSpool<SQLiteSpoolStorage>, RecordSpool<SimulatedDisk>) {
        var same = openings
        let storage = try SQLiteSpoolStorage(path: "\(folder)/spool", limits: Self.limits)
        let real = try RecordSpool(storage: storage, limits: Self.limits, randomness: &openings)
        return (real, try RecordSpool(storage: disk, limits: Self.limits, randomness: &same))
      }
      var (real, model) = try open()
      var now = FakeClock.start
      for step in 0..<250 {
        now = now.advanced(by: .seconds(Int.random(in: 0...3, using: &randomness)))
        if Int.random(in: 0..<25, using: &randomness) == 0 {
          real.storage.close()
          (real, model) = try open()
        } else {
          let action = Action(randomness: &randomness, model.state)
          let outcomes = (try action.apply(to: &real, at: now, seed), try action.apply(to: &model, at: now, seed))
          #expect(outcomes.0 == outcomes.1, "seed \(seed), step \(step): \(action)")
        }
        try #require(real.state == model.state, "seed \(seed), step \(step)")
        #expect(try real.storage.setAside() == model.storage.setAside(), "seed \(seed), step \(step)")
      }
    }
  }

  /// What may be done to a spool, with everything that chance decides.
  enum Action {
    case append([(Lane, Int)], intake: [UInt8]?)
    case lease([Lane], most: Int, mostBytes: Int)
    case acknowledge(LanePosition)
    case rewind
    case setAside(SpoolPlace, UInt64)
    case expire
    case reconcile([LanePosition])

    init(randomness: inout SeededRandomness, _ state: SpoolState) {
      func position(beyond: UInt64) -> LanePosition {
        let epoch = state.epochs.randomElement(using: &randomness)!
        let lane = Lane.allCases.randomElement(using: &randomness)!
        let through = UInt64.random(in: 0...epoch[lane].numbered + beyond, using: &randomness)
        return LanePosition(lane: lane, epoch: epoch.id, through: through)
      }
      switch Int.random(in: 0..<20, using: &randomness) {
      case 0..<8:
        let count = Int.random(in: 1...6, using: &randomness)
        self = .append(
          (0..<count).map { _ in
            (
              [.window, .window, .window, .detection, .outcome].randomElement(using: &randomness)!,
              Int.random(in: 0...130, using: &randomness)
            )
          }, intake: Bool.random(using: &randomness) ? nil : [UInt8.random(in: 0...9, using: &randomness)])
      case 8..<12:
        let lanes = Bool.random(using: &randomness) ? Lane.bySendingOrder : [.detection]
        self = .lease(
          lanes, most: Int.random(in: 1...9, using: &randomness), mostBytes: Int.random(in: 0...500, using: &randomness)
        )
      case 12..<15: self = .acknowledge(position(beyond: 2))
      case 15: self = .rewind
      case 16:
        let some = position(beyond: 1)
        self = .setAside(SpoolPlace(some.epoch, some.lane), some.through)
      case 17: self = .expire
      default:
        let beyond: UInt64 = Int.random(in: 0..<4, using: &randomness) == 0 ? 3 : 0
        self = .reconcile(
          state.positions.map { known in
            var told = known
            told.through = UInt64.random(in: 0...known.through + beyond, using: &randomness)
            return told
          })
      }
    }

    /// Does it; what came of it, as text.
    func apply(to spool: inout RecordSpool<some SpoolStorage>, at now: Timestamp, _ seed: UInt64) throws -> String {
      switch self {
      case .append(let records, let intake):
        let appended = try spool.append(
          records.map { ($0.0, [UInt8](repeating: UInt8(truncatingIfNeeded: $0.1), count: $0.1)) }, intake: intake,
          at: now)
        return "\(appended.numbered) \(appended.dropped.map { "\($0)" }.sorted())"
      case .lease(let lanes, let most, let mostBytes):
        return "\(String(describing: try spool.lease(lanes, most: most, mostBytes: mostBytes)))"
      case .acknowledge(let position): return "\(try spool.acknowledge(position))"
      case .rewind:
        spool.rewind()
        return ""
      case .setAside(let place, let sequence):
        return "\(try spool.setAside(sequence, of: place, code: "code", message: "message"))"
      case .expire:
        try spool.expire(at: now)
        return ""
      case .reconcile(let watermarks):
        var randomness = SeededRandomness(seed: seed &+ UInt64(bitPattern: now.milliseconds))
        let hello = spool.state.positions
        let found = try spool.reconcile(hello: hello, watermarks: watermarks, randomness: &randomness)
        return "\(found.isForked) \(found.lostByCollector.count)"
      }
    }
  }
}
