import CordonCore
import CordonStore
import CordonTestSupport
import Testing

@Suite("Detections, incidents, commands, outcomes")
struct CasesTests {
  @Test(arguments: StoreKind.allCases)
  func aDetectionIsPlacedOnceWithAllThatFollows(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = subject.store
      try await store.storeDetection(Samples.detection(1), agent: nil, at: Samples.now)
      await expectRefusal("detection-exists") {
        try await store.storeDetection(Samples.detection(1), agent: nil, at: Samples.now)
      }
      let entry = TimelineEntry(incident: Samples.id(50), at: Samples.now, kind: "detection", text: "burst")
      let consequences = Consequences(ledger: [Samples.ledger("incident")], timeline: [entry])
      #expect(
        try await store.place(
          Samples.id(1), in: Samples.incident(50), command: Samples.commandRecord(9, incident: Samples.id(50)),
          at: Samples.now, consequences))
      // A repeat, as after a crash between two steps of the collector.
      let again = try await store.place(Samples.id(1), in: Samples.incident(51), at: Samples.now, consequences)
      #expect(!again)
      #expect(try await store.uncorrelatedDetections().isEmpty)
      #expect(try await store.detection(Samples.id(1))?.incident == Samples.id(50))
      #expect(try await store.incident(Samples.id(50)) == Samples.incident(50))
      #expect(try await store.incident(Samples.id(51)) == nil)
      #expect(try await store.timeline(of: Samples.id(50)) == [entry])
      #expect(try await store.commands(of: Samples.id(50)).map(\.command.id) == [Samples.id(9)])
      #expect(try await store.detections(of: Samples.id(50)).count == 1)
      #expect(try await store.pendingLedger(most: 9).count == 1)
      await expectRefusal("detection-unknown") {
        try await store.place(Samples.id(2), in: Samples.incident(51), at: Samples.now)
      }
    }
  }

  @Test(arguments: StoreKind.allCases)
  func aVerdictIsKept(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = subject.store
      try await store.storeDetection(Samples.detection(1), agent: Samples.agent(1), at: Samples.now)
      try await store.place(Samples.id(1), in: Samples.incident(50), at: Samples.now)
      let verdict = DetectionVerdict(label: "benign", note: "a backup", by: "ann", at: Samples.now)
      try await store.label(Samples.id(1), verdict, incident: Samples.incident(50, state: "closed"))
      #expect(try await store.detection(Samples.id(1))?.verdict == verdict)
      #expect(try await store.incidents(closedToo: false, most: 9).isEmpty)
      #expect(try await store.incidents(closedToo: true, most: 9).map(\.state) == ["closed"])
      await expectRefusal("detection-unknown") { try await store.label(Samples.id(2), verdict) }
    }
  }

  @Test(arguments: StoreKind.allCases)
  func listsAreNewestFirstAndBounded(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = subject.store
      for number in 1...5 {
        let at = Samples.now.advanced(by: .seconds(Int64(number)))
        try await store.storeDetection(Samples.detection(number), agent: nil, at: at)
        try await store.saveIncident(Samples.incident(number), at: at)
        try await store.saveCommand(Samples.commandRecord(number, state: number < 4 ? "held" : "ordered"), at: at)
      }
      let since = Samples.now.advanced(by: .seconds(2))
      #expect(try await store.detections(since: since, most: 3).map(\.detection.id) == [5, 4, 3].map(Samples.id))
      #expect(try await store.incidents(closedToo: false, most: 2).map(\.id) == [5, 4].map(Samples.id))
      #expect(try await store.commands(most: 2).map(\.command.id) == [5, 4].map(Samples.id))
      #expect(try await store.commands(in: ["held"], most: 9).map(\.command.id) == [3, 2, 1].map(Samples.id))
      #expect(try await store.commands(in: [], most: 9).isEmpty)
      #expect(try await store.commands(since: Samples.now.advanced(by: .milliseconds(4)), most: 9).count == 2)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func whoChangesAStaleCommandIsRefused(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = subject.store
      let first = try await store.saveCommand(Samples.commandRecord(1), at: Samples.now)
      #expect(try await store.command(Samples.id(1)) == first)
      await expectRefusal("command-exists") { try await store.saveCommand(Samples.commandRecord(1), at: Samples.now) }
      var ann = first
      ann.approvedBy.append("ann")
      var bob = first
      bob.approvedBy.append("bob")
      let saved = try await store.saveCommand(ann, at: Samples.now)
      await expectRefusal("command-changed") {
        try await store.saveCommand(bob, at: Samples.now, Consequences(ledger: [Samples.ledger("bob")]))
      }
      #expect(try await store.command(Samples.id(1)) == saved)
      #expect(try await store.pendingLedger(most: 9).isEmpty)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func everyActionAndOutcomeComesBack(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = subject.store
      let actions: [Action] = [
        .suspendProcess(Samples.process()), .killProcess(Samples.process(7)), Samples.command(1).action,
      ]
      for (number, action) in actions.enumerated() {
        var record = Samples.commandRecord(number)
        record.command.action = action
        record.command.mode = .dryRun
        record.outcome = Samples.outcome(number)
        (record.isReflex, record.isStanding) = (true, true)
        let saved = try await store.saveCommand(record, at: Samples.now)
        #expect(try await store.command(Samples.id(number)) == saved)
        record.revision = 1
        #expect(saved == record)
      }
    }
  }

  @Test(arguments: StoreKind.allCases)
  func anOutcomeIsAppliedOnce(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = subject.store
      var command = try await store.saveCommand(Samples.commandRecord(1, state: "ordered"), at: Samples.now)
      try await store.commit(
        [Samples.batch(1, lane: .outcome, [.outcome(Samples.outcome(1)), .outcome(Samples.outcome(1, .released))])],
        at: Samples.now)
      let waiting = try await store.unappliedOutcomes()
      #expect(waiting.map(\.outcome.state) == [.held, .released])
      let key = try #require(waiting.first?.key)
      (command.state, command.outcome) = ("held", waiting.first?.outcome)
      let consequences = Consequences(ledger: [Samples.ledger("held")])
      #expect(try await store.apply(key, command: command, at: Samples.now, consequences))
      let again = try await store.apply(key, command: command, at: Samples.now, consequences)
      #expect(!again)
      #expect(try await store.command(Samples.id(1))?.state == "held")
      #expect(try await store.unappliedOutcomes().map(\.outcome.state) == [.released])
      #expect(try await store.outcomes(of: Samples.id(1)).count == 2)
      #expect(try await store.pendingLedger(most: 9).count == 1)
    }
  }
}
