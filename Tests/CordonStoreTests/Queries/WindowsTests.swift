import CordonCore
import CordonStore
import CordonTestSupport
import Testing

@Suite("Windows: parts, hours, retention")
struct WindowsTests {
  static let day: Duration = .seconds(86_400)

  @Test(arguments: StoreKind.allCases)
  func partsOfOneWindowAreFoundAcrossAgentsAndDays(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = subject.store
      let user = Samples.user(1)
      func part(_ value: Float) -> Record {
        .window(Samples.window(user, schema: 2, partial: true, value: value))
      }
      var whole = Samples.window(user, schema: 2)
      whole.isPartial = false
      try await store.commit(
        [
          Samples.batch(1, [part(1), .window(whole)]), Samples.batch(2, [part(2)]),
          Samples.batch(
            3,
            [
              .window(Samples.window(Samples.user(2), schema: 2, partial: true)),
              .window(Samples.window(user, schema: 3, partial: true)),
              .window(Samples.window(user, schema: 2, start: Samples.now.advanced(by: .seconds(60)), partial: true)),
            ]),
        ], at: Samples.now)
      let late = Samples.now.advanced(by: Self.day * 3)
      try await store.commit([Samples.batch(4, [part(4)])], at: late)
      let parts = try await store.parts(of: user, start: Samples.now, schema: 2)
      #expect(parts.map(\.key.agent) == [1, 2, 4].map(Samples.agent))
      #expect(parts.map { $0.window.features[0] } == [1, 2, 4])
      #expect(try await store.parts(of: user, start: Samples.now, schema: 2, most: 2).count == 2)
      let open = try await store.partialWindows(schema: 2, from: Samples.now, to: late)
      #expect(open.count == 3)
      #expect(Set(open.map(\.entity)) == [user, Samples.user(2)])
      let none = try await store.partialWindows(schema: 2, from: late, to: late.advanced(by: Self.day))
      #expect(none.isEmpty)
    }
  }

  /// Of parts that came on one day as of parts that came on several.
  @Test(arguments: StoreKind.allCases, [0, 1])
  func aWindowOfManyPartsIsNamedOnce(_ kind: StoreKind, daysApart: Int) async throws {
    try await kind.withStore { subject in
      let part = Record.window(Samples.window(Samples.user(1), schema: 2, partial: true))
      for number in 1...3 {
        try await subject.store.commit(
          [Samples.batch(number, [part])], at: Samples.now.advanced(by: Self.day * (number * daysApart)))
      }
      let named = try await subject.store.partialWindows(
        schema: 2, from: Samples.now, to: Samples.now.advanced(by: Self.day))
      #expect(named.map(\.entity) == [Samples.user(1)])
    }
  }

  @Test(arguments: StoreKind.allCases)
  func hoursAreTheSameHoweverOftenTheyAreFolded(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = subject.store
      let host = EntityRef(kind: .host, label: "ws-1")
      for round in 0..<4 {
        let records = (0..<3).map { minute in
          Record.window(
            Samples.window(
              start: Samples.now.advanced(by: .seconds(Int64(60 * (minute + 25 * round)))), value: Float(round + 1)))
        }
        try await store.commit([Samples.batch(1, after: UInt64(3 * round), records)], at: Samples.now)
        try await store.foldHours(most: 2)
      }
      while try await store.foldHours(most: 5) > 0 {}
      let hours = try await store.hours(
        of: host, schema: 1, from: Samples.now, to: Samples.now.advanced(by: .seconds(7200)))
      // Rounds 0, 1, 2 begin in minutes 0, 25, 50 of the first hour, round 3 in minute 15 of the second.
      #expect(hours.map(\.windows) == [9, 3])
      #expect(hours.map(\.observations) == [108, 36])
      // Sum of process starts; the largest distinct count and entropy.
      #expect(hours.map { $0.features[0] } == [18, 12])
      #expect(hours.map { $0.features[1] } == [6, 8])
      #expect(hours.map { $0.features[13] } == [42, 56])
    }
  }

  @Test(arguments: StoreKind.allCases)
  func aSchemaThatIsNotKnownIsOnlyCounted(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = subject.store
      var short = Samples.window()
      short.features = [1]
      try await store.commit(
        [Samples.batch(1, [.window(Samples.window(schema: 9_999)), .window(short), .window(Samples.window())])],
        at: Samples.now)
      try await store.foldHours()
      let host = EntityRef(kind: .host, label: "ws-1")
      let until = Samples.now.advanced(by: .seconds(3600))
      #expect(try await store.hours(of: host, schema: 9_999, from: Samples.now, to: until).map(\.features) == [[]])
      #expect(try await store.hours(of: host, schema: 1, from: Samples.now, to: until).map(\.windows) == [2])
    }
  }

  @Test(arguments: StoreKind.allCases)
  func retentionDropsWholeDaysAndKeepsTheirHours(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = subject.store
      for day in 0..<4 {
        let at = Samples.now.advanced(by: Self.day * day)
        try await store.commit(
          [Samples.batch(1, after: UInt64(day), [.window(Samples.window(start: at))])], at: at)
      }
      let now = Samples.now.advanced(by: Self.day * 3)
      let report = try await store.applyRetention(RetentionSettings(windowDays: 1), at: now)
      #expect(report.days == 2)
      #expect(report.windows == 2)
      #expect(try await allWindows(store).map(\.key.sequence) == [3, 4])
      let hours = try await store.hours(
        of: EntityRef(kind: .host, label: "ws-1"), schema: 1, from: Samples.now, to: now.advanced(by: Self.day))
      #expect(hours.count == 4)
      // The watermark does not go back with the windows.
      #expect(try await store.watermarks(of: Samples.agent(1)).map(\.through) == [4])
      #expect(try await store.totals().windows == 4)
      let second = try await store.applyRetention(RetentionSettings(windowDays: 1, hourDays: 1), at: now)
      #expect(second.days == 0)
      #expect(second.hours == 2)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func hoursFarAheadAndEpochsLongLeftAreRemoved(_ kind: StoreKind) async throws {
    try await kind.withStore { subject in
      let store = subject.store
      let ahead = Samples.window(start: Samples.now.advanced(by: Self.day * 900))
      try await store.commit([Samples.batch(1, [.window(ahead)])], at: Samples.now)
      try await store.commit([Samples.batch(2, [.window(Samples.window())])], at: Samples.now)
      let later = Samples.now.advanced(by: Self.day * 200)
      try await store.commit([Samples.batch(1, epoch: 2, [.window(Samples.window(start: later))])], at: later)
      let report = try await store.applyRetention(RetentionSettings(), at: later)
      #expect(report.hours == 1)
      #expect(report.lanes == 1)
      #expect(try await store.watermarks(of: Samples.agent(1)).map(\.epoch) == [Samples.epoch(2)])
      // The only epoch of an agent stays, however old it is.
      #expect(try await store.watermarks(of: Samples.agent(2)).map(\.through) == [1])
    }
  }
}
