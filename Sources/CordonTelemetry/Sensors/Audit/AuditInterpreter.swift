import CordonCore

/// What a finished audit event means: none, one or two observations.
struct AuditInterpreter: Sendable {
  /// How the keys of Cordon's own rules begin.
  static let ruleKey = Array("cordon".utf8)

  /// Exit codes of a connect that is still under way: EINTR, EALREADY, EINPROGRESS.
  private static let pending: Set<Int64> = [-4, -114, -115]
  private static let connectOfSocketCall: UInt64 = 3

  func interpret(_ event: AuditEvent, into observations: inout [Observation]) {
    if event.change != nil {
      interpretChange(event, into: &observations)
      return
    }
    guard event.hasSyscall, let call = event.call else { return }
    switch call {
    case .exec:
      let program = StartedProgram(
        arguments: event.arguments, workingFolder: event.workingFolder,
        user: event.effectiveUser == .max ? nil : event.effectiveUser)
      observations.append(make(event, .processStart, object: .program(program)))
      // A program that runs as another than who started it: sudo, su, mount.
      if event.succeeded == true, event.effectiveUser != event.user {
        observations.append(make(event, .privilegeChange))
      }
    case .connect: interpretConnect(event, into: &observations)
    case .socketCall:
      if event.firstArgument == Self.connectOfSocketCall { interpretConnect(event, into: &observations) }
    case .privilege: observations.append(make(event, .privilegeChange))
    case .moduleLoad, .moduleUnload:
      let name = String(decoding: event.module, as: UTF8.self)
      observations.append(make(event, .moduleLoad, object: .module(name: name)))
    default:
      guard event.succeeded == true, let found = sensitiveCall(call, event) else { return }
      observations.append(make(event, .sensitiveCall, object: .call(found)))
    }
  }

  /// PTRACE_ATTACH, PTRACE_SEIZE and BPF_PROG_LOAD.
  static let attach: UInt64 = 16
  static let seize: UInt64 = 0x4206
  static let loadProgram: UInt64 = 5
  private static let setUserID: UInt64 = 0o4000

  /// Others' rules may record more of these calls than Cordon's own ask for: it means the same whoever asked.
  private func sensitiveCall(_ call: AuditSyscall, _ event: AuditEvent) -> SensitiveCall? {
    switch call {
    case .trace where event.firstArgument == Self.attach || event.firstArgument == Self.seize, .processWrite:
      SensitiveCall(kind: .processAccess, target: Array(event.target.prefix(16)))
    case .bpf where event.firstArgument == Self.loadProgram, .kernelInterface: SensitiveCall(kind: .kernelInterface)
    case .isolation where event.loginUser != .max: SensitiveCall(kind: .isolation)
    case .changeMode where event.secondArgument & Self.setUserID != 0,
      .changeModeAt where event.thirdArgument & Self.setUserID != 0:
      SensitiveCall(kind: .rightsPlanted, path: absolute(event.path, in: event.workingFolder))
    case .kernelReplace: SensitiveCall(kind: .kernelReplaced)
    case .clockSet: SensitiveCall(kind: .clockSet)
    default: nil
    }
  }

  private func absolute(_ path: [UInt8], in folder: [UInt8]) -> [UInt8] {
    guard let first = path.first, first != UInt8(ascii: "/") else { return path }
    return Array((folder + [UInt8(ascii: "/")] + path).prefix(AuditEvent.stringLimit))
  }

  private func interpretConnect(_ event: AuditEvent, into observations: inout [Observation]) {
    guard let peer = event.peer else { return }
    var observation = make(event, .connect, object: .peer(peer.address, port: peer.port))
    if Self.pending.contains(event.exit) { observation.outcome = .unknown }
    observations.append(observation)
  }

  /// Rules of others removed, or auditing switched off; our own rules are watched by the source itself, which sees them
  /// go whoever took them, and says so in a note.
  private func interpretChange(_ event: AuditEvent, into observations: inout [Observation]) {
    guard let change = event.change, change.succeeded else { return }
    let detail: String
    if event.isNote {
      detail = change.operation
    } else if change.operation == "remove_rule", !change.key.starts(with: Self.ruleKey) {
      detail = "rule-removed"
    } else if let enabled = change.enabled, enabled == 0, change.wasEnabled != 0 {
      detail = "audit-disabled"
    } else {
      return
    }
    observations.append(make(event, .sensorTampering, object: .sensor(name: AuditSensor.name, detail: detail)))
  }

  private func make(_ event: AuditEvent, _ activity: Activity, object: ObservedObject = .none) -> Observation {
    let outcome: ActivityOutcome =
      switch event.succeeded {
      case true?: .success
      case false?: .failure
      case nil: .unknown
      }
    // Whom the person logged in as, which no su or sudo changes; daemons have only their own user.
    let user = event.loginUser != .max ? event.loginUser : event.user
    let process =
      event.pid == 0 ? nil : ObservedProcess(pid: event.pid, parent: event.parent, executable: event.executable)
    return Observation(
      time: event.time, family: .host, source: AuditSensor.name, activity: activity, outcome: outcome,
      actor: user == .max ? nil : .uid(user), isLogin: event.loginUser != .max, process: process, object: object)
  }
}
