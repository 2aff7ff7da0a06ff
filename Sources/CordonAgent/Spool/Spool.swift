package import CordonCore
import CordonWire
import Glibc
import SwiftProtobuf

/// The agent's spool: records enter here, wait on disk, and leave when the collector has them.
///
/// Runs on a thread of its own, because a synced commit may take as long as the disk likes. A file that cannot be read
/// is moved aside, counted, and replaced by an empty one with a new epoch: the agent goes on.
package actor Spool {
  /// How a spool was found.
  package enum Opening: Hashable, Sendable {
    case created
    case continued
    /// The file was not usable and was moved aside.
    case replaced(movedTo: String, reason: CordonError)
  }

  private nonisolated let executor = BlockingExecutor(label: "cordon.spool")
  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private let path: String
  private let clock: any WallClock
  private let limits: SpoolLimits
  private let lock: SpoolLock?
  private var spool: RecordSpool<SQLiteSpoolStorage>
  private var randomness = SystemRandomNumberGenerator()
  /// How the file was found when last opened.
  package private(set) var opening: Opening
  /// How it was found at the start.
  package nonisolated let found: Opening
  /// What was taken in of sources that can go back, at the start; its open windows are records by now. Nil where that is
  /// lost.
  package nonisolated let intake: Intake?
  /// Raised after records entered.
  package nonisolated let added = WakeSignal()

  /// Opens or creates the spool at a path; its folder must exist and be the agent's own.
  ///
  /// - Parameter lock: held as long as the spool is.
  package init(
    path: String, clock: any WallClock, limits: SpoolLimits = SpoolLimits(), lock: SpoolLock? = nil
  ) throws(CordonError) {
    self.lock = lock
    self.path = path
    self.clock = clock
    self.limits = limits
    var generator = SystemRandomNumberGenerator()
    var (spool, found) = try Self.open(path, at: clock.now, limits: limits, randomness: &generator)
    let kept = spool.state.intake.map { Intake(encoded: $0) }
    if case .replaced = found { intake = nil } else { intake = try Self.close(kept, in: &spool, at: clock.now) }
    self.spool = spool
    self.found = found
    opening = found
  }

  private static func open(
    _ path: String, at now: Timestamp, limits: SpoolLimits, randomness: inout SystemRandomNumberGenerator
  ) throws(CordonError) -> (RecordSpool<SQLiteSpoolStorage>, Opening) {
    let isThere = access(path, F_OK) == 0
    do throws(CordonError) {
      let storage = try SQLiteSpoolStorage(path: path, limits: limits)
      let spool = try RecordSpool(storage: storage, limits: limits, randomness: &randomness)
      return (spool, isThere ? .continued : .created)
    } catch {
      guard DamagedFile.isDamage(error) else { throw error }
      let moved = try DamagedFile.moveAside(path, at: now)
      let storage = try SQLiteSpoolStorage(path: path, limits: limits)
      var spool = try RecordSpool(storage: storage, limits: limits, randomness: &randomness)
      try spool.count(.damaged)
      return (spool, .replaced(movedTo: moved, reason: error))
    }
  }

  /// Makes records of the windows that were open when the agent ended, in the commit that forgets that they were.
  private static func close(
    _ intake: Intake?, in spool: inout RecordSpool<SQLiteSpoolStorage>, at now: Timestamp
  ) throws(CordonError) -> Intake? {
    guard let intake, !intake.unfinished.isEmpty else { return intake }
    let closed = Intake(progress: intake.progress)
    _ = try spool.append(try encoded(intake.unfinished.map(Record.window)), intake: try closed.encoded(), at: now)
    return closed
  }

  /// What a heartbeat says of the spool.
  package struct Depth: Hashable, Sendable {
    package var records: Int
    package var bytes: Int
    package var drops: [SpoolDrop: UInt64]
  }

  package var depth: Depth {
    Depth(records: spool.state.records, bytes: spool.state.bytes, drops: spool.state.drops)
  }

  /// Lets records in, numbered and durable when this returns.
  ///
  /// - Parameter intake: what was taken in of sources for these records, made durable with them; nil: nothing changed.
  /// - Throws: `sqlite-full`, `sqlite-io`: nothing entered; the drop is counted, and the next append may work again.
  @discardableResult
  package func append(
    _ records: [Record], intake: Intake? = nil
  ) throws(CordonError) -> RecordSpool<SQLiteSpoolStorage>.Appended {
    let encoded = try Self.encoded(records)
    let kept = try intake?.encoded()
    let now = clock.now
    let appended = try recovering { spool throws(CordonError) in try spool.append(encoded, intake: kept, at: now) }
    if appended.numbered > 0 { added.raise() }
    return appended
  }

  private static func encoded(_ records: [Record]) throws(CordonError) -> [(lane: Lane, bytes: [UInt8])] {
    var encoded: [(lane: Lane, bytes: [UInt8])] = []
    encoded.reserveCapacity(records.count)
    for record in records {
      do {
        encoded.append((record.lane, try Cordon_V1_Record(record).serializedBytes()))
      } catch {
        throw CordonError(.defect, "spool-encoding", "A \(record.lane) record cannot be encoded: \(error).")
      }
    }
    return encoded
  }

  /// Drops windows that grew too old; call it every few minutes.
  package func expire() throws(CordonError) {
    let now = clock.now
    try recovering { spool throws(CordonError) in try spool.expire(at: now) }
  }

  /// Records that the collector refused, oldest first.
  package func setAside() throws(CordonError) -> [SetAsideRecord] { try spool.storage.setAside() }

  // MARK: For the uplink

  package var current: SpoolEpoch? { spool.state.current }
  package var positions: [LanePosition] { spool.state.positions }

  package func hasUnleased(_ lane: Lane) -> Bool { spool.hasUnleased(lane) }

  package func lease(_ lanes: [Lane], most: Int, mostBytes: Int) throws(CordonError) -> SpoolBatch? {
    try recovering { spool throws(CordonError) in try spool.lease(lanes, most: most, mostBytes: mostBytes) }
  }

  package func rewind() { spool.rewind() }

  package func lose(_ sequence: UInt64, of place: SpoolPlace) throws(CordonError) {
    try recovering { spool throws(CordonError) in try spool.lose([sequence...sequence], of: place) }
  }

  @discardableResult
  package func acknowledge(_ position: LanePosition) throws(CordonError) -> Bool {
    try recovering { spool throws(CordonError) in try spool.acknowledge(position) }
  }

  @discardableResult
  package func setAside(
    _ sequence: UInt64, of place: SpoolPlace, code: String, message: String
  ) throws(CordonError) -> Bool {
    try recovering { spool throws(CordonError) in
      try spool.setAside(sequence, of: place, code: code, message: message)
    }
  }

  package func reconcile(hello: [LanePosition], watermarks: [LanePosition]) throws(CordonError) -> Reconciliation {
    var generator = randomness
    return try recovering { spool throws(CordonError) in
      try spool.reconcile(hello: hello, watermarks: watermarks, randomness: &generator)
    }
  }

  /// Does something with the spool; where the file turns out to be damaged, does it once more with a new one.
  private func recovering<Value>(
    _ body: (inout RecordSpool<SQLiteSpoolStorage>) throws(CordonError) -> Value
  ) throws(CordonError) -> Value {
    do throws(CordonError) {
      return try body(&spool)
    } catch {
      guard DamagedFile.isDamage(error) else { throw error }
      let drops = spool.state.drops
      spool.storage.close()
      let moved = try DamagedFile.moveAside(path, at: clock.now)
      (spool, _) = try Self.open(path, at: clock.now, limits: limits, randomness: &randomness)
      try spool.takeOver(drops: drops)
      opening = .replaced(movedTo: moved, reason: error)
      return try body(&spool)
    }
  }
}

extension RecordSpool {
  /// Counts something that happened to the spool as a whole.
  mutating func count(_ drop: SpoolDrop) throws(CordonError) {
    var next = state
    var change = SpoolChange(to: next)
    next.count(drop)
    try commit(&change, next)
  }

  /// Goes on counting where a damaged file's counters stood.
  mutating func takeOver(drops: [SpoolDrop: UInt64]) throws(CordonError) {
    var next = state
    var change = SpoolChange(to: next)
    next.drops.merge(drops) { $0 + $1 }
    next.count(.damaged)
    try commit(&change, next)
  }
}
