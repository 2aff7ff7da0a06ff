import CordonCore
import CordonTelemetry
import Logging
import Synchronization
import Testing

@testable import CordonAgent

/// A source that notes what is asked of it; it cannot start while `refuses`.
private final class FakeSource: SensorSource {
  let queue = RecordQueue(sensor: "fake")
  let name = "fake"
  private let calls = Mutex<[String]>([])
  private let running = Mutex(false)
  let refuses: Bool

  init(refuses: Bool = false) { self.refuses = refuses }

  var health: SensorHealth { SensorHealth(of: queue, failure: nil, notes: running.withLock { $0 } ? [] : nil) }

  func start() throws(CordonError) {
    calls.withLock { $0.append("start") }
    if refuses { throw CordonError(.denied, "refused", "The test refuses.") }
    running.withLock { $0 = true }
  }

  func stop() {
    calls.withLock { $0.append("stop") }
    running.withLock { $0 = false }
  }

  func use(_ settings: [String]) throws(CordonError) { calls.withLock { $0.append("use \(settings.joined())") } }

  func ignore(processes: Set<UInt32>) {}

  func taken() -> [String] {
    calls.withLock { calls in
      defer { calls = [] }
      return calls
    }
  }
}

@Suite struct SensorSwitchTests {
  private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  private func policy(_ paths: [String]?) -> Policy {
    var policy = Policy.observeOnly
    policy.ehr.isEnabled = paths != nil
    policy.ehr.paths = paths ?? []
    return policy
  }

  private func makeSwitch(_ source: FakeSource) -> SensorSwitch<FakeSource> {
    SensorSwitch(source) { $0.ehr.isEnabled ? $0.ehr.paths : nil }
  }

  @Test func followsWhatThePolicySaysOfItsOwnSourceAlone() {
    let source = FakeSource()
    var subject = makeSwitch(source)
    subject.follow(policy(["/a"]), logger: logger)
    #expect(source.taken() == ["stop", "use /a", "start"])
    #expect(subject.isWanted && source.health.isRunning)

    var other = policy(["/a"])
    other.audit.isEnabled = false
    subject.follow(other, logger: logger)
    #expect(source.taken() == [], "a change of another sensor is none of this one")

    subject.follow(policy(["/b"]), logger: logger)
    #expect(source.taken() == ["stop", "use /b", "start"])

    subject.follow(policy(nil), logger: logger)
    #expect(source.taken() == ["stop"])
    #expect(!subject.isWanted && !source.health.isRunning)
  }

  @Test func whatIsNotAskedForIsOffFromTheBeginning() {
    let source = FakeSource()
    var subject = makeSwitch(source)
    #expect(!subject.isWanted)
    subject.follow(policy(nil), logger: logger)
    #expect(source.taken() == ["stop"])
    #expect(!subject.isWanted && !subject.isReportedOff)
  }

  @Test func aSourceThatCannotRunIsAskedForAllTheSame() {
    let source = FakeSource(refuses: true)
    var subject = makeSwitch(source)
    subject.follow(policy(["/a"]), logger: logger)
    #expect(subject.isWanted && !source.health.isRunning)
    #expect(source.taken() == ["stop", "use /a", "start"])
  }
}
