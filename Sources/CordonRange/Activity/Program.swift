/// An executable file.
package struct Program: Hashable, Sendable {
  package let path: String

  /// As the kernel cuts it: at most 15 bytes of the file's name.
  package var command: String { String(path.split(separator: "/").last?.prefix(15) ?? "") }

  package init(_ path: String) { self.path = path }

  static let desktop = Program("/usr/bin/gnome-shell")
  static let shell = Program("/usr/bin/bash")
  static let loginService = Program("/usr/libexec/gdm-session-worker")
  static let secureShellService = Program("/usr/sbin/sshd")
  static let secureShell = Program("/usr/bin/ssh")
  static let nameService = Program("/usr/sbin/sssd")

  static let ehrClient = Program("/opt/ehr/bin/ehr-client")
  static let newEHRClient = Program("/opt/ehr-next/bin/ehr-next")
  static let newEHRPage = Program("/opt/ehr-next/bin/ehr-page")
  static let imageViewer = Program("/opt/ehr/bin/image-viewer")
  static let browser = Program("/usr/lib/firefox-esr/firefox-esr")
  static let mail = Program("/usr/lib/thunderbird/thunderbird")
  static let office = Program("/usr/lib/libreoffice/program/soffice.bin")
  static let documentViewer = Program("/usr/bin/evince")
  static let printing = Program("/usr/bin/lp")
  static let fileCopy = Program("/usr/bin/gio")

  static let sudo = Program("/usr/bin/sudo")
  static let archive = Program("/usr/bin/tar")
  static let transfer = Program("/usr/bin/curl")

  static let cron = Program("/usr/sbin/cron")
  static let runParts = Program("/usr/bin/run-parts")
  static let monitor = Program("/usr/sbin/icinga2")
  static let packages = Program("/usr/bin/dpkg")
  static let packageFetcher = Program("/usr/lib/apt/methods/http")
  static let backup = Program("/usr/sbin/bacula-fd")

  /// What people in IT type.
  static let tools = [
    "ls", "cat", "less", "grep", "ps", "df", "journalctl", "systemctl", "ip", "tail", "find", "vim.basic", "git",
    "ping",
  ].map { Program("/usr/bin/\($0)") }

  /// What runs every day by itself.
  static let housekeeping = [
    "/usr/sbin/logrotate", "/usr/bin/find", "/usr/bin/mandb", "/usr/bin/apt-get", "/usr/bin/dpkg", "/usr/bin/gzip",
    "/usr/bin/savelog", "/usr/sbin/tmpreaper", "/usr/bin/updatedb.plocate",
  ].map(Program.init)
}
