import CordonCore
import CordonStore
import CordonTestSupport
import Testing

@Suite("Models, their offers, and what scoring keeps")
struct ModelsTests {
  private static func model(
    _ number: Int, _ state: ModelRecord.State = .candidate, schema: UInt32 = 1, after seconds: Int64 = 0
  ) -> ModelRecord {
    let time = Samples.now.advanced(by: .seconds(seconds))
    let isSigned = state != .candidate
    return ModelRecord(
      id: Samples.id(number), schema: schema, state: state, number: .max - UInt64(number), payload: [UInt8(number), 1],
      envelope: isSigned ? [UInt8(number), 2] : [],
      digest: isSigned ? [UInt8](repeating: UInt8(number), count: 32) : [],
      madeBy: "operator/ann", promotedBy: isSigned ? "ann" : "", createdAt: time, updatedAt: time)
  }

  private static func offer(
    _ serial: UInt64, of model: Int, group: String?, _ state: OfferRecord.State = .waiting
  ) -> OfferRecord {
    OfferRecord(
      serial: serial, model: Samples.id(model), schema: 1, role: .champion, ring: 0, group: group,
      envelope: [UInt8(serial)], state: state, madeBy: "ann", madeAt: Samples.now,
      sentAt: state == .sent ? Samples.now : nil)
  }

  @Test(arguments: StoreKind.allCases) func modelsAreKeptAsTheyAre(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let (old, new) = (Self.model(1, .champion), Self.model(2, after: 5))
      let other = Self.model(3, schema: 2, after: 9)
      try await subject.store.recordModels(
        [old, new, other], at: Samples.now, Consequences(ledger: [Samples.ledger("made")]))
      try subject.reopen()
      let store = subject.store
      #expect(try await store.models() == [other, new, old])
      #expect(try await store.models(schema: 1) == [new, old])
      #expect(try await store.models(schema: 1, most: 1) == [new])
      #expect(try await store.model(Samples.id(2)) == new)
      #expect(try await store.model(Samples.id(9)) == nil)
      #expect(try await store.modelEnvelope(old.digest) == old.envelope)
      #expect(try await store.modelEnvelope([UInt8](repeating: 9, count: 32)) == nil)
      #expect(try await store.pendingLedger(most: 10).count == 1)
      var retired = old
      retired.state = .retired
      retired.updatedAt = Samples.now.advanced(by: .seconds(60))
      try await store.recordModels([retired], at: Samples.now)
      #expect(try await store.model(old.id) == retired)
    }
  }

  /// What nobody signed makes room; what people signed stays, however old.
  @Test(arguments: StoreKind.allCases) func oldCandidatesMakeRoom(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = subject.store
      let most = CollectorStore.mostCandidates
      try await store.recordModels([Self.model(1, .retired)], at: Samples.now)
      for number in 2..<most + 4 {
        try await store.recordModels([Self.model(number, after: Int64(number))], at: Samples.now)
      }
      let kept = try await store.models(schema: 1)
      #expect(kept.count == most + 1)
      #expect(kept.filter { $0.state == .candidate }.map(\.id) == (4..<most + 4).reversed().map { Samples.id($0) })
      #expect(kept.last?.id == Samples.id(1))
    }
  }

  @Test(arguments: StoreKind.allCases) func offersRiseAndNeverTwice(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = subject.store
      #expect(try await store.highestOffer() == 0)
      let (first, second) = (Self.offer(1, of: 1, group: "pilot", .sent), Self.offer(2, of: 1, group: nil))
      try await store.recordModels([Self.model(1, .champion)], adding: [first, second], at: Samples.now)
      #expect(try await store.offersInForce() == [first, second])
      #expect(try await store.highestOffer() == 2)
      // Nothing of a refused step is kept.
      await expectRefusal("serial-not-above") {
        try await store.recordModels(
          [Self.model(2, after: 1)], adding: [Self.offer(2, of: 2, group: nil)], at: Samples.now)
      }
      #expect(try await store.model(Samples.id(2)) == nil)
      var (ended, halted) = (first, second)
      ended.state = .superseded
      halted.state = .halted
      try await store.recordModels(
        [Self.model(3, .champion, after: 2)], changing: [ended, halted], adding: [Self.offer(3, of: 3, group: nil)],
        at: Samples.now)
      #expect(try await store.offersInForce().map(\.serial) == [3])
      #expect(try await store.offers(schema: 1).map(\.state) == [.waiting, .halted, .superseded])
      #expect(try await store.offers(schema: 2).isEmpty)
    }
  }

  @Test(arguments: StoreKind.allCases) func aScoringStepIsOneTransaction(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = subject.store
      let user = EntityRef(kind: .user, keyEpoch: 2, pseudonym: [UInt8](0..<16))
      func maximum(_ score: Double) -> DailyScore {
        DailyScore(entity: user, schema: 2, model: .max, scale: 1, day: 20_000, score: score)
      }
      var step = ScoringStep(
        schema: 2, watches: [WatchRecord(entity: user, schema: 2, group: "ward", state: [1, 2])],
        peers: ["ward": [3]], maxima: [maximum(5), maximum(3)], detections: [Samples.detection(1)],
        consequences: Consequences(meta: ["cap/users": [7]]))
      try await store.recordScores(step, at: Samples.now)
      try subject.reopen()
      #expect(try await subject.store.watch(of: user, schema: 2)?.state == [1, 2])
      #expect(try await subject.store.watchedGroups(schema: 2) == [user: "ward"])
      #expect(try await subject.store.watchedEntities(schema: 2) == ["ward": 1])
      #expect(try await subject.store.peerGroup("ward", schema: 2) == [3])
      #expect(try await subject.store.dailyScores(schema: 2, model: .max, from: 0) == [maximum(5)])
      #expect(try await subject.store.meta("cap/users") == [7])
      // A detection that is there already: nothing of the step counts.
      step.watches[0].state = [9]
      step.consequences.meta = ["cap/users": [8]]
      await expectRefusal("detection-exists") { try await subject.store.recordScores(step, at: Samples.now) }
      #expect(try await subject.store.watch(of: user, schema: 2)?.state == [1, 2])
      #expect(try await subject.store.meta("cap/users") == [7])
      try await subject.store.forgetScores(before: 20_001)
      #expect(try await subject.store.dailyScores(schema: 2, model: .max, from: 0).isEmpty)
    }
  }

  /// An incident is as rare as its rarest detection; one without a p says nothing.
  @Test(arguments: StoreKind.allCases) func anIncidentIsAsRareAsItsRarestDetection(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = subject.store
      let incident = IncidentRecord(
        id: Samples.id(50), title: "t", severity: .high, openedAt: Samples.now, updatedAt: Samples.now,
        firstEvent: Samples.now, lastEvent: Samples.now)
      for (number, p) in [(1, nil), (2, 0.25), (3, 0.001), (4, 0.5)] as [(Int, Double?)] {
        let detection = Samples.detection(number)
        try await store.storeDetection(detection, agent: nil, at: Samples.now)
        try await store.place(detection.id, in: incident, p: p, at: Samples.now)
        #expect(try await store.detection(detection.id)?.p == p)
        #expect(try await store.incident(incident.id)?.p == [nil, 0.25, 0.001, 0.001][number - 1])
      }
      #expect(try await store.incidents(closedToo: false, most: 5).map(\.p) == [0.001])
    }
  }
}
