import CordonCollector
import CordonCore
import CordonTestSupport
import Testing

@Suite struct IngestMachineTests {
  private func opened(_ positions: [LanePosition] = [], settings: IngestSettings = IngestSettings()) -> IngestMachine {
    var machine = IngestMachine(settings: settings)
    for agent in [Ingest.agent, Ingest.other] {
      guard case .load(let mark) = machine.beginOpening(agent) else { continue }
      _ = machine.open(agent, loaded: agent == Ingest.agent ? positions : [], asOf: mark)
    }
    return machine
  }

  /// Sends a batch, commits what is due, and gives the answer.
  private func send(_ batch: IncomingBatch, to machine: inout IngestMachine) throws -> IngestReply {
    switch machine.receive(batch, from: Ingest.agent, at: .zero) {
    case .answer(let reply): return reply
    case .refuse(let error): throw error
    case .wait(let ticket):
      guard case .commit = machine.nextStep(at: .seconds(1)) else { throw CordonError(.defect, "test", "no commit") }
      return try machine.finish().first { $0.ticket == ticket }!.reply.get()
    }
  }

  @Test func storesInOrderAndAcknowledgesTheWatermark() throws {
    var machine = opened()
    #expect(try send(Ingest.batch(1, [1, 2, 3]), to: &machine) == IngestReply(acknowledged: Ingest.position(3)))
    #expect(try send(Ingest.batch(4, [4]), to: &machine).acknowledged.through == 4)
    #expect(machine.counters.records == 4)
  }

  @Test func aRepetitionCutAnewStoresOnlyWhatIsNew() throws {
    var machine = opened()
    _ = try send(Ingest.batch(1, [1, 2, 3]), to: &machine)
    guard case .wait = machine.receive(Ingest.batch(2, [2, 3, 4, 5]), from: Ingest.agent, at: .zero),
      case .commit(let batches) = machine.nextStep(at: .seconds(1))
    else {
      Issue.record("no commit")
      return
    }
    #expect(batches.map(\.after) == [3])
    #expect(batches[0].records.map(\.sequence) == [4, 5])
    #expect(machine.counters.duplicates == 2)
    _ = machine.finish()
    #expect(try send(Ingest.batch(1, [1, 2]), to: &machine).acknowledged.through == 5)
    #expect(machine.counters.records == 5)
  }

  @Test func aRepetitionOfWhatStillWaitsIsAnsweredAfterTheCommit() throws {
    var machine = opened()
    guard case .wait(let first) = machine.receive(Ingest.batch(1, [1]), from: Ingest.agent, at: .zero),
      case .wait(let second) = machine.receive(Ingest.batch(1, [1]), from: Ingest.agent, at: .zero),
      case .commit(let batches) = machine.nextStep(at: .seconds(1))
    else {
      Issue.record("no commit")
      return
    }
    #expect(batches.count == 1)
    let answers = machine.finish()
    #expect(answers.map(\.ticket) == [first, second])
    #expect(answers.compactMap { try? $0.reply.get().acknowledged.through } == [1, 1])
  }

  @Test func skippedRangesBecomeGapsOnce() throws {
    var machine = opened([Ingest.position(5)])
    let batch = Ingest.batch(
      3, [3, 7, 8], skipped: [SkippedRange(4...6, .spoolOverflow), SkippedRange(9...12, .age)])
    guard case .wait = machine.receive(batch, from: Ingest.agent, at: .zero),
      case .commit(let batches) = machine.nextStep(at: .seconds(1))
    else {
      Issue.record("no commit")
      return
    }
    #expect(batches[0].gaps == [SkippedRange(6...6, .spoolOverflow), SkippedRange(9...12, .age)])
    #expect(batches[0].records.map(\.sequence) == [7, 8])
    #expect(batches[0].through == 12)
  }

  @Test func aHoleIsNeverStored() throws {
    var machine = opened()
    #expect(try send(Ingest.batch(2, [2]), to: &machine).acknowledged.through == 0)
    #expect(machine.counters.outOfOrder == 1)
  }

  @Test func whatCannotBeStoredIsRefusedAndWhatFollowsWaitsForItsSkip() throws {
    var machine = opened()
    let reply = try send(Ingest.batch(1, [1, nil, 3, nil]), to: &machine)
    #expect(reply.acknowledged.through == 1)
    #expect(reply.refusals.map(\.sequence) == [2, 4])
    // Batches that were under way when the refusal was written.
    #expect(try send(Ingest.batch(5, [5]), to: &machine).acknowledged.through == 1)
    let again = Ingest.batch(2, [3, 5], skipped: [SkippedRange(2...2, .refused), SkippedRange(4...4, .refused)])
    #expect(try send(again, to: &machine).acknowledged.through == 5)
    #expect(machine.counters.gaps == 2)
  }

  @Test func aRefusalAloneIsAnsweredWithoutACommit() throws {
    var machine = opened()
    let reply = try send(Ingest.batch(1, [nil]), to: &machine)
    #expect(reply.refusals.map(\.sequence) == [1])
    #expect(reply.acknowledged.through == 0)
    #expect(machine.counters.commits == 0)
  }

  @Test func aRecordOfAnotherLaneIsRefused() throws {
    var machine = opened()
    let batch = IncomingBatch(
      lane: .window, epoch: Ingest.epoch, firstSequence: 1, records: [.success(Ingest.detection(1))])
    #expect(try send(batch, to: &machine).refusals.first?.reason.code == "ingest-wrong-lane")
  }

  static let impossible: [(IncomingBatch, String)] = [
    (Ingest.batch(1, []), "ingest-batch-empty"),
    (Ingest.batch(0, [1]), "ingest-impossible-sequence"),
    (Ingest.batch(.max, [1]), "ingest-impossible-sequence"),
    (Ingest.batch(IngestSettings.mostSequence + 1, [1]), "ingest-impossible-sequence"),
    (Ingest.batch(1, [], skipped: [SkippedRange(1...UInt64.max, .age)]), "ingest-impossible-sequence"),
    (Ingest.batch(1, [1], skipped: [SkippedRange(3...4, .age)]), "ingest-impossible-sequence"),
    (Ingest.batch(5, [5], skipped: [SkippedRange(4...4, .age)]), "ingest-impossible-sequence"),
    (
      Ingest.batch(1, [4], skipped: [SkippedRange(1...3, .age), SkippedRange(2...3, .age)]),
      "ingest-impossible-sequence"
    ),
    (Ingest.batch(1, [UInt64?](repeating: 1, count: 501)), "ingest-batch-too-large"),
    (
      Ingest.batch(1, [], skipped: (1...1_001).map { SkippedRange(UInt64($0)...UInt64($0), .age) }),
      "ingest-batch-too-large"
    ),
  ]

  @Test(arguments: impossible) func anImpossibleBatchEndsItsStream(batch: IncomingBatch, code: String) {
    var machine = opened()
    expectRefusal(code) { _ = try send(batch, to: &machine) }
    #expect(machine.counters.refusedBatches == 1)
  }

  @Test func batchesUpToTheLimitsAreTaken() throws {
    var machine = opened()
    let ranges = (1...1_000).map { SkippedRange(UInt64($0)...UInt64($0), .age) }
    #expect(try send(Ingest.batch(1, [], skipped: ranges), to: &machine).acknowledged.through == 1_000)
    let full = (1_001...1_500).map { UInt64?($0) }
    #expect(try send(Ingest.batch(1_001, full), to: &machine).acknowledged.through == 1_500)
  }

  @Test func aBatchOutsideAStreamIsRefused() {
    var machine = IngestMachine()
    expectRefusal("ingest-not-open") { _ = try send(Ingest.batch(1, [1]), to: &machine) }
  }

  @Test func newEpochsAreBounded() throws {
    var machine = opened()
    for bits in 1...UInt64(IngestMachine.mostNewEpochs) {
      _ = try send(Ingest.batch(1, [1], epoch: SpoolEpoch(bits: bits)), to: &machine)
    }
    expectRefusal("ingest-too-many-epochs") {
      _ = try send(Ingest.batch(1, [1], epoch: SpoolEpoch(bits: 9_999)), to: &machine)
    }
    // Known epochs go on.
    #expect(try send(Ingest.batch(2, [2], epoch: SpoolEpoch(bits: 7)), to: &machine).acknowledged.through == 2)
  }

  // MARK: Groups

  @Test func aGroupWaitsForItsTimeOrItsSize() {
    var machine = opened(settings: IngestSettings(groupRecords: 4, groupDelay: .milliseconds(5)))
    guard case .rest = machine.nextStep(at: .zero) else { Issue.record("nothing waits yet"); return }
    _ = machine.receive(Ingest.batch(1, [1, 2, 3]), from: Ingest.agent, at: .milliseconds(1))
    guard case .sleep(let wait) = machine.nextStep(at: .milliseconds(2)) else { Issue.record("too early"); return }
    #expect(wait == .milliseconds(4))
    _ = machine.receive(Ingest.batch(1, [1]), from: Ingest.other, at: .milliseconds(2))
    guard case .commit(let batches) = machine.nextStep(at: .milliseconds(2)) else { Issue.record("full"); return }
    #expect(batches.map(\.agent) == [Ingest.agent, Ingest.other])
    // While one group is committed the next one gathers, and waits.
    _ = machine.receive(Ingest.batch(4, [4, 5, 6, 7]), from: Ingest.agent, at: .milliseconds(3))
    guard case .rest = machine.nextStep(at: .seconds(9)) else { Issue.record("two commits at once"); return }
    let answers = machine.finish()
    #expect(answers.count == 2)
    guard case .commit(let next) = machine.nextStep(at: .milliseconds(4)) else { Issue.record("full"); return }
    #expect(next.map(\.after) == [3])
  }

  @Test func aFailedAgentIsReadAnewAndTheOthersGoOn() throws {
    var machine = opened()
    _ = machine.receive(Ingest.batch(1, [1]), from: Ingest.agent, at: .zero)
    _ = machine.receive(Ingest.batch(1, [1]), from: Ingest.other, at: .zero)
    _ = machine.nextStep(at: .seconds(1))
    _ = machine.receive(Ingest.batch(2, [2]), from: Ingest.agent, at: .seconds(1))
    let answers = machine.finish(failures: [Ingest.agent: CordonError(.conflict, "moved", "moved")])
    #expect(answers.count == 3)
    #expect(answers.compactMap { try? $0.reply.get().acknowledged.through } == [1])
    #expect(machine.pendingRecords == 0)
    expectRefusal("ingest-not-open") { _ = try send(Ingest.batch(1, [1]), to: &machine) }
    guard case .load = machine.beginOpening(Ingest.agent), case .known = machine.beginOpening(Ingest.other) else {
      Issue.record("the failed agent's watermarks must be read anew")
      return
    }
  }

  @Test func watermarksReadBeforeAnAgentWasForgottenAreReadAgain() {
    var machine = IngestMachine()
    guard case .load(let mark) = machine.beginOpening(Ingest.agent) else { Issue.record("unknown agent"); return }
    // Meanwhile another stream of the agent came, stored something, and ended.
    let isOpen = machine.open(Ingest.agent, loaded: [], asOf: mark)
    #expect(isOpen)
    machine.close(Ingest.agent)
    let isStale = !machine.open(Ingest.agent, loaded: [], asOf: mark)
    #expect(isStale)
  }

  @Test func aStreamThatEndsWhileItsBatchWaitsKeepsItsPlace() throws {
    var machine = opened()
    _ = machine.receive(Ingest.batch(1, [1]), from: Ingest.agent, at: .zero)
    machine.close(Ingest.agent)
    guard case .known = machine.beginOpening(Ingest.agent) else { Issue.record("forgotten too early"); return }
    #expect(machine.watermarks(of: Ingest.agent, asked: [Ingest.position(9)]) == [Ingest.position(0)])
    _ = machine.nextStep(at: .seconds(1))
    _ = machine.finish()
    #expect(machine.watermarks(of: Ingest.agent, asked: [Ingest.position(9)]) == [Ingest.position(1)])
  }
}
