import CLinux
package import CordonCore
import Glibc
import Synchronization

/// What the privileged half of the audit sensor is told.
package struct AuditSourceSettings: Hashable, Sendable {
  package var policy: Policy.AuditSensor
  /// Label of Cordon's own rules; begins with `cordon`.
  package var key: String
  /// How often the rules are looked after, when nothing else gives cause.
  package var checkInterval: Duration
  /// Where the kernel's own settings are kept while Cordon's are in force; nil: in memory alone.
  package var journal: String?

  package init(
    policy: Policy.AuditSensor = Policy.AuditSensor(), key: String = "cordon", checkInterval: Duration = .seconds(10),
    journal: String? = nil
  ) {
    self.policy = policy
    self.key = key
    self.checkInterval = checkInterval
    self.journal = journal
  }
}

/// Reads the kernel's audit records from its multicast group, beside whatever audit daemon runs, under rules of its own.
///
/// Changes on the machine: rules with its key; auditing switched on where it was off; where no daemon runs, the backlog
/// is enlarged and no process waits for it. `stop()` undoes all of it that nobody has changed since, also what a killed
/// keeper left, where a journal is named. Rules that vanish
/// are put back and reported through a note in the stream; where rules are locked it runs on what others' rules record.
package final class AuditSource: ThreadedSource {
  package typealias Settings = AuditSourceSettings

  package static let backlog: UInt32 = 8192
  /// Bytes that the kernel may hold for this reader.
  static let receiveBuffer: Int32 = 4 << 20
  /// Records read before the queue's reader gets a turn.
  static let burst = 512
  /// How long the first record of a burst waits for those after it: an event is several records, and handing on each
  /// alone wakes keeper and worker for it. Part of the delay until a tripwire; 4 MB gather in it at most.
  static let gathering = Duration.milliseconds(50)

  private struct Rules {
    var keeper: AuditRuleKeeper?
    var ignored: Set<UInt32>
  }

  package let name = AuditSensor.name
  package let queue = RecordQueue(sensor: AuditSensor.name)
  package let running: SourceRun<Settings>
  private let rules = Mutex(Rules(ignored: [UInt32(getpid())]))

  package init(settings: AuditSourceSettings = AuditSourceSettings()) { running = SourceRun(settings) }

  deinit { stop() }

  package func open(_ settings: Settings) throws(CordonError) -> (thread: BlockingThread, notes: [String]) {
    let log = try Self.joinLog()
    do throws(CordonError) {
      var keeper = AuditRuleKeeper(settings: settings)
      try keeper.install(excluding: rules.withLock { $0.ignored })
      rules.withLock { [keeper] in $0.keeper = keeper }
      let thread = try BlockingThread(name: name) { [weak self] stop in
        self?.run(log, settings.checkInterval, stop)
        close(log)
      }
      return (thread, keeper.notes)
    } catch {
      close(log)
      restore()
      throw error
    }
  }

  package func stop() {
    // First the thread, which takes the rules' lock when it looks after them.
    running.stop()
    restore()
  }

  package func ignore(processes: Set<UInt32>) {
    rules.withLock { rules in
      rules.ignored = processes.union([UInt32(getpid())])
      rules.keeper?.exclude(rules.ignored)
    }
  }

  private func restore() {
    rules.withLock { rules in
      rules.keeper?.restore()
      rules.keeper = nil
    }
  }

  private static func joinLog() throws(CordonError) -> Int32 {
    let log = socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), NETLINK_AUDIT)
    guard log >= 0, cordon_audit_join_log(log) == 0 else {
      let text = String(cString: strerror(errno))
      if log >= 0 { close(log) }
      throw CordonError(
        .denied, "audit-log-denied", "The kernel's audit records cannot be read: \(text).",
        remedy: "Run the keeper as root with CAP_AUDIT_READ, on a kernel with auditing.")
    }
    var size = receiveBuffer
    setsockopt(log, SOL_SOCKET, SO_RCVBUFFORCE, &size, socklen_t(MemoryLayout<Int32>.size))
    return log
  }

  private func run(_ log: Int32, _ checkInterval: Duration, _ stop: Int32) {
    var buffer = [UInt8](repeating: 0, count: AuditRecord.lengthLimit + 64)
    var drops: UInt32 = 0
    var lastCheck = ContinuousClock.now
    var isCheckDue = false
    // Where a burst was read and more may wait, nothing is gathered first.
    var isBehind = false
    while true {
      let (isReadable, goesOn) = BlockingThread.waitReadable(log, stop: stop, timeout: .seconds(1))
      guard goesOn else { return }
      if isReadable {
        guard isBehind || BlockingThread.rest(stop: stop, for: Self.gathering) else { return }
        let (isChange, isMore) = read(log, &buffer)
        isCheckDue = isChange || isCheckDue
        isBehind = isMore
      } else {
        isBehind = false
      }
      let counted = cordon_socket_drops(log)
      if counted != drops {
        queue.countDropped(UInt64(counted &- drops))
        drops = counted
      }
      let elapsed = ContinuousClock.now - lastCheck
      guard elapsed >= checkInterval || (isCheckDue && elapsed >= .milliseconds(200)) else { continue }
      lastCheck = .now
      isCheckDue = false
      check()
    }
  }

  /// Queues what waits, a burst at most; whether one of the records says that the audit system itself was changed, and
  /// whether more may wait.
  private func read(_ log: Int32, _ buffer: inout [UInt8]) -> (isChange: Bool, isMore: Bool) {
    var isChange = false
    for _ in 0..<Self.burst {
      let count = recv(log, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      guard count > AuditRecord.headLength else { return (isChange, false) }
      let type = AuditRecordType(rawValue: UInt16(buffer[4]) | UInt16(buffer[5]) << 8)
      guard let type, type != .cordonNote else { continue }
      if type == .configChange { isChange = true }
      queue.offer(Array(buffer[..<count]))
    }
    return (isChange, true)
  }

  private func check() {
    let (found, notes) = rules.withLock { rules in (rules.keeper?.check() ?? [], rules.keeper?.notes ?? []) }
    running.say(notes)
    var clock = timespec()
    clock_gettime(CLOCK_REALTIME, &clock)
    for what in found {
      queue.offer(AuditNote.record(what, seconds: clock.tv_sec, milliseconds: clock.tv_nsec / 1_000_000))
    }
  }
}

/// Records of our own in the kernel's framing, so that one parser reads both.
enum AuditNote {
  static func record(_ operation: String, seconds: Int, milliseconds: Int) -> [UInt8] {
    let fraction = String(1000 + milliseconds % 1000).dropFirst()
    let text = Array("audit(\(seconds).\(fraction):0): op=\(operation) res=1".utf8)
    var bytes: [UInt8] = []
    withUnsafeBytes(of: UInt32(AuditRecord.headLength + text.count)) { bytes += $0 }
    withUnsafeBytes(of: AuditRecordType.cordonNote.rawValue) { bytes += $0 }
    return bytes + [UInt8](repeating: 0, count: 10) + text
  }
}
