import CordonCore
import Glibc

/// Puts Cordon's rules into the kernel, looks after them, and takes them away again.
struct AuditRuleKeeper: Sendable {
  private let settings: AuditSourceSettings
  private var rules: [AuditRule] = []
  private var before: AuditBefore?
  private var isLocked = false
  /// What the sensor does not see, or has to share.
  private(set) var notes: [String] = []

  init(settings: AuditSourceSettings) { self.settings = settings }

  /// Changes what it must; throws with everything undone where the kernel refuses.
  mutating func install(excluding processes: Set<UInt32>) throws(CordonError) {
    var control = try AuditControl()
    let status = try control.status()
    if status.daemon != 0 {
      notes.append(
        "An audit daemon (process \(status.daemon)) runs too; Cordon reads beside it and changes none of its rules.")
    }
    guard !status.isLocked else {
      isLocked = true
      notes.append(
        "Audit rules are locked until the next boot (auditctl -e 2): Cordon cannot add its own and sees only what the "
          + "present rules record. Load a rules file with Cordon's rules before the lock.")
      return
    }
    let original = settings.journal.flatMap { AuditBefore(keptAt: $0, boot: AuditBefore.boot) } ?? AuditBefore(status)
    if let journal = settings.journal { try original.keep(at: journal, boot: AuditBefore.boot) }
    before = original
    rules = AuditRule.rules(for: settings.policy, excluding: processes, key: settings.key)
    do throws(CordonError) {
      try removeOwn(&control)
      for rule in rules { try control.add(rule.encoded) }
      if status.enabled == 0 {
        notes.append(
          "Auditing was off and is on now: processes started before it was first on since boot are seen only through those "
            + "that they start.")
        try control.setEnabled(1)
      }
      if status.daemon == 0 {
        if status.backlogLimit < AuditSource.backlog { try control.setBacklog(limit: AuditSource.backlog) }
        try control.setBacklog(wait: 0)
      }
    } catch {
      restore()
      throw error
    }
  }

  /// Other processes of Cordon to leave out: the rules are made anew.
  mutating func exclude(_ processes: Set<UInt32>) {
    guard !isLocked, before != nil, var control = try? AuditControl() else { return }
    rules = AuditRule.rules(for: settings.policy, excluding: processes, key: settings.key)
    try? removeOwn(&control)
    for rule in rules { try? control.add(rule.encoded) }
  }

  /// Compares the kernel's state with what it should be and mends it; returns what was wrong, in stable words.
  mutating func check() -> [String] {
    guard !isLocked, before != nil, var control = try? AuditControl(), let status = try? control.status() else {
      return []
    }
    var found: [String] = []
    if let own = try? own(&control), own.count < rules.count {
      found.append("rules-removed")
      for rule in rules { try? control.add(rule.encoded) }
    }
    if status.enabled == 0 {
      found.append("audit-disabled")
      try? control.setEnabled(1)
    }
    if status.isLocked {
      isLocked = true
      notes.append("Audit rules were locked (auditctl -e 2) after Cordon had added its own.")
    }
    return found
  }

  /// Takes the rules away and puts back what was changed, unless someone has changed it since.
  mutating func restore() {
    guard let before, !isLocked, var control = try? AuditControl() else { return }
    try? removeOwn(&control)
    guard let now = try? control.status() else { return }
    if now.daemon == 0 {
      if now.backlogLimit == AuditSource.backlog, before.backlogLimit != now.backlogLimit {
        try? control.setBacklog(limit: before.backlogLimit)
      }
      if now.backlogWait == 0, before.backlogWait != 0 { try? control.setBacklog(wait: before.backlogWait) }
    }
    if before.enabled == 0, now.enabled == 1, now.daemon == 0 { try? control.setEnabled(0) }
    if let journal = settings.journal { unlink(journal) }
    self.before = nil
    rules = []
  }

  private func own(_ control: inout AuditControl) throws(CordonError) -> [[UInt8]] {
    try control.rules().filter { AuditRule.key(inListed: $0) == settings.key }
  }

  private func removeOwn(_ control: inout AuditControl) throws(CordonError) {
    for rule in try own(&control) { try control.remove(rule) }
  }
}
