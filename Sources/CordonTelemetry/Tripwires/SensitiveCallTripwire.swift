package import CordonCore

/// System calls that are hardly ever anybody's work: into Cordon or into a program that checks passwords, rights planted
/// in a folder that anybody may write to, another kernel made ready in somebody's session.
package struct SensitiveCallTripwire: Sendable {
  /// Programs that see passwords, by the kernel's short names.
  private static let passwordCheckers = [
    "sshd", "sshd-session", "sshd-auth", "login", "sssd_pam", "gdm-session-wor", "lightdm",
  ]
  private static let own = ["cordon-agent"]
  /// Where no package puts a program.
  private static let openFolders = ["/tmp/", "/var/tmp/", "/dev/shm/", "/home/", "/run/user/"]

  package init() {}

  package func examine(_ observation: Observation) -> TripwireHit? {
    guard observation.activity == .sensitiveCall, case .call(let call) = observation.object else { return nil }
    let target = String(decoding: call.target, as: UTF8.self)
    switch call.kind {
    case .processAccess where Self.own.contains(target):
      return hit(.sensorTampering, "T1562.001", "reached into a process of Cordon's", observation)
    case .processAccess where Self.passwordCheckers.contains(target):
      return hit(.sensitiveCall, "T1055.008", "reached into a program that checks passwords", observation)
    case .rightsPlanted where Self.openFolders.contains(where: { call.path.starts(with: $0.utf8) }):
      return hit(
        .sensitiveCall, "T1548.001", "made a file in a folder of everybody's run with its owner's rights", observation,
        files: [call.path])
    case .kernelReplaced where observation.isLogin:
      return hit(.sensitiveCall, "T1542", "made another kernel ready to run", observation)
    default: return nil
    }
  }

  private func hit(
    _ rule: TripwireRule, _ technique: String, _ predicate: String, _ observation: Observation, files: [[UInt8]] = []
  ) -> TripwireHit {
    TripwireHit(
      rule, technique: technique, time: observation.time, process: observation.process, actor: observation.actor,
      files: files, evidence: [.init(what: "system calls", value: 1, unit: "count")], predicate: predicate,
      identity: "\(technique):\(observation.process?.identity ?? "unknown")")
  }
}
