import CordonContainment
import CordonCore
import CordonTestSupport
import Testing

@Suite struct JournalTests {
  /// Random entries that may follow one another, with every shape of every field.
  static func history(seed: UInt64, length: Int) -> [[JournalEntry]] {
    var randomness = SeededRandomness(seed: seed)
    var state = JournalState()
    return (0..<length).map { _ in
      let entries = (0..<Int.random(in: 1...3, using: &randomness)).compactMap { _ in
        entry(&state, &randomness)
      }
      return entries
    }
  }

  private static func entry(_ state: inout JournalState, _ randomness: inout SeededRandomness) -> JournalEntry? {
    let number = UInt64.random(in: 0..<12, using: &randomness)
    let id = Sample.id(number)
    let entry: JournalEntry
    switch Int.random(in: 0..<7, using: &randomness) {
    case 0, 1:
      var hold = state.holds[id] ?? Sample.hold(number, undo: undo(&randomness))
      if let next = hold.state.successors.filter(\.isActive).min(by: { $0.rawValue < $1.rawValue }) {
        hold.state = next
      }
      if Bool.random(using: &randomness) {
        hold.action = .blockAddress(Sample.sealed("192.0.2.7"))
        hold.target = .address(IPAddress("2001:db8::7")!)
      }
      hold.detectionID = Bool.random(using: &randomness) ? Sample.id(77) : nil
      entry = .hold(hold)
    case 2: entry = .closed(id)
    case 3: entry = .remember(id, until: Timestamp(milliseconds: .random(in: 0...10, using: &randomness)))
    case 4:
      let authority = [Authority.reflex, .standing, .operators, .clinicalOperators].randomElement(using: &randomness)!
      entry = .use(.init(authority: authority, action: .blockAddress, at: Sample.start))
    case 5:
      entry = .outcome(
        Outcome(
          commandID: id, state: Outcome.State.allCases.randomElement(using: &randomness)!, at: Sample.start.wall,
          code: "c", message: "größer", leaseUntil: Bool.random(using: &randomness) ? .epoch : nil,
          evidence: ["one", ""], isReflex: true, action: .killProcess(Sample.process()), detectionID: id))
    default: entry = .spooled(id, .held, at: Sample.start.wall)
    }
    do {
      try state.apply(entry)
      return entry
    } catch {
      return nil
    }
  }

  private static func undo(_ randomness: inout SeededRandomness) -> Undo {
    switch Int.random(in: 0..<4, using: &randomness) {
    case 0: .none
    case 1: .thaw(group: "/cordon/x", processes: [.init(pid: 5, startTicks: .max, originalGroup: "/a b/ü")])
    case 2: .resume([.init(pid: 5, startTicks: 6, wasStopped: true), .init(pid: 7, startTicks: 8, wasStopped: false)])
    default: .unblock(IPAddress("192.0.2.9")!)
    }
  }

  @Test(arguments: UInt64(0)..<40) func whatIsReadIsWhatWasCommitted(seed: UInt64) throws {
    let storage = MemoryStorage()
    var journal = try Journal(storage: storage)
    for entries in Self.history(seed: seed, length: 60) { try journal.commit(entries) }
    let again = try Journal(storage: storage)
    #expect(again.state == journal.state, "seed \(seed)")
    #expect(again.damagedBytes == 0 && again.refusedEntries == 0)
  }

  /// A write torn at every byte leaves all that was committed before it.
  @Test func survivesTruncationAnywhere() throws {
    let storage = MemoryStorage()
    var journal = try Journal(storage: storage)
    var states: [(size: Int, state: JournalState)] = [(0, journal.state)]
    for entries in Self.history(seed: 4, length: 8) {
      try journal.commit(entries)
      states.append((storage.bytes.count, journal.state))
    }
    for length in 0...storage.bytes.count {
      let cut = try Journal(storage: MemoryStorage(Array(storage.bytes.prefix(length))))
      let whole = try #require(states.last { $0.size <= length })
      #expect(cut.state == whole.state, "cut at \(length)")
      #expect(cut.damagedBytes == length - whole.size)
    }
  }

  /// One damaged record costs that record alone: an undo that stands behind it must not be lost.
  @Test(arguments: UInt64(0)..<30) func survivesAFlippedBit(seed: UInt64) throws {
    var randomness = SeededRandomness(seed: seed)
    let storage = MemoryStorage()
    var journal = try Journal(storage: storage)
    for number in UInt64(1)...5 { try journal.commit([.hold(Sample.hold(number))]) }
    var bytes = storage.bytes
    bytes[Int.random(in: bytes.indices, using: &randomness)] ^= 1 << UInt8.random(in: 0...7, using: &randomness)
    let damaged = MemoryStorage(bytes)
    let again = try Journal(storage: damaged)
    #expect(again.state.holds.count == 4, "seed \(seed)")
    #expect(again.damagedBytes > 0)
    let mended = try Journal(storage: damaged)
    #expect(mended.damagedBytes == 0 && mended.state == again.state)
  }

  @Test(arguments: UInt64(0)..<20) func readsAnything(seed: UInt64) throws {
    var randomness = SeededRandomness(seed: seed)
    // Markers strewn in, so that lengths and checksums are looked at.
    let bytes = (0..<400).flatMap { _ in
      Bool.random(using: &randomness) ? [0xC0, 0x7D, 0x4A, 0x31] : randomness.bytes(5)
    }
    #expect(try Journal(storage: MemoryStorage(bytes)).damagedBytes == bytes.count)
  }

  @Test func aFailedWriteChangesNothing() throws {
    let storage = MemoryStorage()
    var journal = try Journal(storage: storage)
    try journal.commit([.hold(Sample.hold(1))])
    let before = journal.state
    storage.fail(at: 1)
    expectRefusal("journal-io") { try journal.commit([.hold(Sample.hold(2))]) }
    #expect(journal.state == before)
    try journal.commit([.hold(Sample.hold(2))])
    #expect(try Journal(storage: storage).state == journal.state)
  }

  /// Either all of a record is read back, or nothing: an end never without its outcome.
  @Test func entriesOfOneRecordStandOrFallTogether() throws {
    let storage = MemoryStorage()
    var journal = try Journal(storage: storage)
    try journal.commit([.hold(Sample.hold(1))])
    let before = journal.state
    storage.fail(at: 1, .powerCut(kept: 30))
    let outcome = Outcome(commandID: Sample.id(1), state: .released, at: Sample.start.wall)
    expectRefusal("journal-io") { try journal.commit([.closed(Sample.id(1)), .outcome(outcome)]) }
    #expect(try Journal(storage: MemoryStorage(storage.bytes)).state == before)
  }

  @Test func refusesWhatCannotFollow() throws {
    var journal = try Journal(storage: MemoryStorage())
    expectRefusal("journal-order") { try journal.commit([.closed(Sample.id(1))]) }
    expectRefusal("journal-order") { try journal.commit([.hold(Sample.hold(1, state: .released))]) }
    try journal.commit([.hold(Sample.hold(1, state: .held))])
    expectRefusal("journal-order") { try journal.commit([.hold(Sample.hold(1, state: .journalled))]) }
  }

  @Test func holdsAreBounded() throws {
    var journal = try Journal(storage: MemoryStorage())
    let most = UInt64(JournalState.mostHolds)
    for number in 1...most { try journal.commit([.hold(Sample.hold(number))]) }
    #expect(!journal.state.hasRoom)
    expectRefusal("journal-full") { try journal.commit([.hold(Sample.hold(most + 1))]) }
    try journal.commit([.closed(Sample.id(1)), .hold(Sample.hold(most + 1))])
  }

  @Test func outcomesAreBoundedAndDropsCounted() throws {
    var state = JournalState()
    for number in 1...UInt64(JournalState.mostOutcomes + 2) {
      try state.apply(.outcome(Outcome(commandID: Sample.id(number), state: .held, at: Sample.start.wall)))
    }
    #expect(state.outcomes.count == JournalState.mostOutcomes)
    #expect(state.droppedOutcomes == 2)
  }

  /// The file stays small whatever passes through it, and keeps what counts.
  @Test func compacts() throws {
    let storage = MemoryStorage()
    var journal = try Journal(storage: storage)
    try journal.commit([.hold(Sample.hold(1, undo: .unblock(IPAddress("192.0.2.1")!)))])
    for number in UInt64(2)...2500 {
      let at = Moment(wall: Sample.start.wall, sinceBoot: Int64(number) * 60_000, bootID: Sample.bootID)
      try journal.commit([.hold(Sample.hold(number)), .remember(Sample.id(number), until: Sample.start.wall)])
      try journal.commit([.closed(Sample.id(number)), .use(.init(authority: .reflex, action: .blockAddress, at: at))])
      try journal.compact(at: at)
      #expect(storage.bytes.count < Journal.compactionSize * 2)
    }
    var state = try Journal(storage: storage).state
    state.prune(at: Moment(wall: Sample.start.wall, sinceBoot: 2500 * 60_000, bootID: Sample.bootID))
    #expect(state == journal.state)
    #expect(state.holds.keys.sorted() == [Sample.id(1)])
    #expect(state.remembered.isEmpty)
    #expect(state.uses.count <= 121)
  }

  @Test func anOutcomeLeavesOnlyWhenThatVeryOneIsSpooled() throws {
    var state = JournalState()
    let later = Sample.start.wall.advanced(by: .seconds(1))
    try state.apply(.outcome(Outcome(commandID: Sample.id(1), state: .held, at: later)))
    try state.apply(.spooled(Sample.id(1), .held, at: Sample.start.wall))
    #expect(state.outcomes.count == 1)
    try state.apply(.spooled(Sample.id(1), .held, at: later))
    #expect(state.outcomes.isEmpty)
  }
}
