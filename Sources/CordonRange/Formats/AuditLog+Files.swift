/// What is told of files and of auditing itself.
extension AuditLog {
  static let openNumber = 257
  static let renameNumber = 82
  /// The key of a site's own rules; Cordon's ask for no files, of which the kernel tells it otherwise.
  private static let filesKey = "documents"

  /// A write as the opening of the file, a rename with both names.
  mutating func touch(_ event: MachineEvent, _ act: MachineEvent.FileAct, _ text: inout [UInt8]) {
    let pid = pid(of: event, isNew: false)
    let user = uid(event)
    let (number, paths): (Int, [(path: String, type: String)]) =
      switch act {
      case .write(let path): (Self.openNumber, [(path, "CREATE")])
      case .encrypt(let path): (Self.openNumber, [(path, "NORMAL")])
      case .rename(let from, let to): (Self.renameNumber, [(from, "DELETE"), (to, "CREATE")])
      }
    syscall(
      event, number: number, exit: number == Self.openNumber ? 4 : 0, items: paths.count, pid: pid, before: user,
      after: user, key: Self.filesKey, &text)
    for (item, file) in paths.enumerated() {
      line(
        "PATH", event,
        "item=\(item) name=\(AuditText.string(file.path)) "
          + "inode=\(AuditText.number(for: paths[0].path, below: 2_000_000) + 11) dev=fd:00 mode=0100644 ouid=\(user) "
          + "ogid=\(user) rdev=00:00 nametype=\(file.type) cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0", &text)
    }
    finish(event, title: [event.program.path], &text)
  }

  /// The kernel tells of the switch itself, and of nothing while it is off.
  mutating func setAuditing(_ event: MachineEvent, isOn: Bool, _ text: inout [UInt8]) {
    isAuditing = isOn
    line(
      "CONFIG_CHANGE", event,
      "op=set audit_enabled=\(isOn ? 1 : 0) old=\(isOn ? 0 : 1) auid=\(uid(event)) ses=\(kernelSession(event)) "
        + "subj=unconfined res=1", &text)
  }
}
