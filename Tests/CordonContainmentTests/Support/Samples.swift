import CordonContainment
import CordonCore
import CordonTestSupport
import Synchronization

/// Values that tests of this room need again and again.
enum Sample {
  static let bootID = "0a1b2c3d-0000-4000-8000-000000000001"
  static let agentID = AgentID(String(repeating: "a1", count: 16))!
  static let label = "ward-7-pc-2"
  static let start = Moment(wall: FakeClock.start, sinceBoot: 1_000_000, bootID: bootID)

  static func id(_ number: UInt64) -> UniqueID {
    var randomness = SeededRandomness(seed: number)
    return UniqueID(at: FakeClock.start, randomness: &randomness)
  }

  static func process(_ pid: UInt32 = 4242, ticks: UInt64 = 99, bootID: String = bootID) -> ProcessRef {
    ProcessRef(pid: pid, startTicks: ticks, bootID: bootID)
  }

  static func sealed(_ address: String) -> SealedEntity {
    SealedEntity(
      entity: EntityRef(kind: .address, keyEpoch: 1, pseudonym: [UInt8](repeating: 7, count: 16)),
      sealedName: Array(address.utf8), part: .target)
  }

  static func command(
    _ number: UInt64, _ action: Action = .suspendProcess(process()), at now: Timestamp = start.wall,
    lease: Duration = .seconds(300), mode: Command.Mode = .effect
  ) -> Command {
    Command(
      id: id(number), agentID: agentID, action: action, notBefore: now, notAfter: now.advanced(by: .seconds(120)),
      lease: lease, maxUntil: now.advanced(by: .seconds(3600)), reason: "test", mode: mode)
  }

  /// Containment on, this machine administrative, generous standing budgets.
  static var policy: Policy {
    var policy = Policy(serial: 7, name: "test", group: "", issued: start.wall)
    policy.containment.isEnabled = true
    policy.containment.reflex.isEnabled = true
    policy.containment.reflex.actions = [.suspendProcess, .blockAddress]
    policy.containment.standing.isEnabled = true
    policy.containment.standing.budgets = [.suspendProcess: 5, .blockAddress: 5, .killProcess: 1]
    policy.interlock.hosts = [.init(label: label, criticality: .administrative)]
    return policy
  }

  static func hold(_ number: UInt64, state: HoldState = .journalled, undo: Undo = .none) -> Hold {
    Hold(
      commandID: id(number), action: .suspendProcess(process()), target: .process(process()), authority: .standing,
      state: state, lease: Lease(granted: start, length: .seconds(300)),
      maxUntil: start.wall.advanced(by: .seconds(3600)), undo: undo)
  }
}

/// Both clocks, moved by the test.
final class FakeMoments: MomentClock {
  private let moment: Mutex<Moment>

  init(_ moment: Moment = Sample.start) { self.moment = Mutex(moment) }

  var now: Moment { moment.withLock { $0 } }

  func advance(by duration: Duration) {
    moment.withLock { moment in
      moment.wall = moment.wall.advanced(by: duration)
      moment.sinceBoot += duration.milliseconds
    }
  }

  func setWall(_ wall: Timestamp) { moment.withLock { $0.wall = wall } }

  /// The machine restarts: its boot clock begins anew, and the wall clock shows `wall`.
  func restart(as bootID: String, wall: Timestamp) {
    moment.withLock { $0 = Moment(wall: wall, sinceBoot: 5_000, bootID: bootID) }
  }
}

/// A sealed name that is its own text: tests of containment need no keys.
struct PlainOpener: NameOpener {
  func open(_ entity: SealedEntity) throws(CordonError) -> [UInt8] {
    let text = String(decoding: entity.sealedName, as: UTF8.self)
    guard let address = IPAddress(text) else { throw Refusal.sealedName.error("It does not open.") }
    return address.bytes
  }
}
