import CordonCore

/// A file or folder from which a machine starts programs by itself, or which says whom it lets in.
struct PersistencePoint: Hashable, Sendable {
  /// What is looked at below a path.
  enum Form: Hashable, Sendable {
    case file
    /// Files in it, and in folders directly below.
    case folder
  }

  var kind: PersistenceChange.Kind
  var path: String
  var form: Form
  var isOfRoot = true

  /// Of every machine; what one has not costs a failed look.
  static let machine: [PersistencePoint] =
    folders(
      .systemdUnit,
      ["/etc/systemd/system", "/etc/systemd/user", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system"])
    + files(.cron, ["/etc/crontab", "/etc/anacrontab"])
    + folders(
      .cron,
      [
        "/etc/cron.d", "/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly", "/etc/cron.monthly",
        "/var/spool/cron",
      ])
    + files(.shellProfile, ["/etc/profile", "/etc/bash.bashrc", "/etc/bashrc", "/etc/environment", "/etc/zsh/zshrc"])
    + folders(.shellProfile, ["/etc/profile.d"])
    + files(.preload, ["/etc/ld.so.preload"])
    + files(.modules, ["/etc/modules"]) + folders(.modules, ["/etc/modules-load.d", "/etc/modprobe.d"])
    + folders(.pam, ["/etc/pam.d"]) + files(.sudoers, ["/etc/sudoers"]) + folders(.sudoers, ["/etc/sudoers.d"])
    + files(.initScript, ["/etc/rc.local", "/etc/inittab"]) + folders(.initScript, ["/etc/init.d"])
    + folders(.autostart, ["/etc/xdg/autostart"])
    + folders(.udevRule, ["/etc/udev/rules.d", "/usr/lib/udev/rules.d"])

  /// Of one person.
  static func home(_ path: String, isOfRoot: Bool) -> [PersistencePoint] {
    let profiles = [".bashrc", ".bash_profile", ".bash_login", ".profile", ".zshrc"].map { "\(path)/\($0)" }
    let keys = [".ssh/authorized_keys", ".ssh/authorized_keys2"].map { "\(path)/\($0)" }
    return files(.shellProfile, profiles, isOfRoot: isOfRoot) + files(.authorizedKeys, keys, isOfRoot: isOfRoot)
      + [
        PersistencePoint(kind: .autostart, path: "\(path)/.config/autostart", form: .folder, isOfRoot: isOfRoot),
        PersistencePoint(kind: .systemdUnit, path: "\(path)/.config/systemd/user", form: .folder, isOfRoot: isOfRoot),
      ]
  }

  private static func files(
    _ kind: PersistenceChange.Kind, _ paths: [String], isOfRoot: Bool = true
  ) -> [PersistencePoint] {
    paths.map { PersistencePoint(kind: kind, path: $0, form: .file, isOfRoot: isOfRoot) }
  }

  private static func folders(_ kind: PersistenceChange.Kind, _ paths: [String]) -> [PersistencePoint] {
    paths.map { PersistencePoint(kind: kind, path: $0, form: .folder) }
  }
}
