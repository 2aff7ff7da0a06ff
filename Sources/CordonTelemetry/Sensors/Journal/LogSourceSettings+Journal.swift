import CLinux
import Glibc

extension LogSourceSettings {
  /// The journal, where this machine has one and no syslog daemon writes what it tells: never both, which would tell
  /// everything twice.
  var journalInstead: JournalSettings? {
    guard let journal, (try? JournalProgram.check(journal)) != nil else { return nil }
    return files.contains { $0.paths.contains(where: Self.isWritten) } ? nil : journal
  }

  /// Days after which a log that nobody wrote to is what a syslog daemon left behind.
  private static let abandonedAfter = 7

  private static func isWritten(_ path: String) -> Bool {
    var found = stat()
    return lstat(path, &found) == 0 && time(nil) - found.st_mtim.tv_sec < abandonedAfter * 86_400
  }
}
