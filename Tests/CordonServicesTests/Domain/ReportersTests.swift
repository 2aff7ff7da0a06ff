import CordonCollector
import CordonCore
import CordonTestSupport
import Testing

/// Which machines can be asked who a user is whom the collector alone has scored.
@Suite struct ReportersTests {
  @Test func thoseWhoseWindowsItWasMadeOfWhoSaidMostFirst() async throws {
    try await TestCollector.with { collector in
      try await collector.apply(collector.policy(serial: 1))
      let (few, many, other) = (
        try await collector.enrol("ws-1"), try await collector.enrol("ws-2"), try await collector.enrol("ws-3")
      )
      let (user, start) = (TestCollector.user(1), collector.clock.now)
      try await collector.bring(
        [.window(TestCollector.userWindow(user, at: start, starts: 3))], of: few, lane: .window)
      try await collector.bring(
        [.window(TestCollector.userWindow(user, at: start, starts: 30))], of: many, lane: .window)
      try await collector.bring(
        [.window(TestCollector.userWindow(TestCollector.user(2), at: start, starts: 99))], of: other, lane: .window)
      var detection = Detection(
        id: collector.domain.context.ids.next(at: start), kind: .behaviour, rule: "unusual", technique: "",
        severity: .medium, eventTime: start, raisedAt: start, summary: "")
      detection.entities = [SealedEntity(entity: user, part: .actor)]
      let stored = StoredDetection(detection: detection, agent: nil, storedAt: start)
      #expect(try await collector.domain.casebook.reporters(of: stored) == [many.id, few.id])
      let reported = StoredDetection(detection: detection, agent: few.id, storedAt: start)
      #expect(try await collector.domain.casebook.reporters(of: reported).isEmpty)
    }
  }
}
