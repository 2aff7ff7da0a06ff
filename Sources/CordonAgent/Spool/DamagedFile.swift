package import CordonCore
import Glibc

/// Moves a database that cannot be read out of the way, and keeps the newest of them for people to look at.
package enum DamagedFile {
  /// Older ones are removed: a dying disk must not be filled with its own leavings.
  package static let mostKept = 2

  /// Whether an error says that the file itself is beyond use.
  package static func isDamage(_ error: CordonError) -> Bool {
    error.code == "sqlite-damaged" || error.code == "spool-version"
  }

  /// Renames a database with its log to `PATH.damaged-MILLISECONDS`.
  ///
  /// - Returns: the new path.
  /// - Throws: `spool-move` where the folder does not allow it.
  package static func moveAside(_ path: String, at now: Timestamp) throws(CordonError) -> String {
    let target = "\(path).damaged-\(max(0, now.milliseconds))"
    guard rename(path, target) == 0 else {
      throw CordonError(
        .inputOutput, "spool-move",
        "\(path) is damaged and cannot be moved aside: \(String(cString: strerror(errno))).",
        remedy: "Look at the folder's owner and mode.")
    }
    _ = rename("\(path)-wal", "\(target)-wal")
    unlink("\(path)-shm")
    removeSurplus(of: path)
    return target
  }

  private static func removeSurplus(of path: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let name = parts.last.map(String.init) ?? path
    let folder = parts.count > 1 ? parts.dropLast().joined(separator: "/") : "."
    guard let entries = opendir(folder.isEmpty ? "/" : folder) else { return }
    defer { closedir(entries) }
    var kept: [String] = []
    while let entry = readdir(entries) {
      let found = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if found.hasPrefix("\(name).damaged-"), !found.hasSuffix("-wal") { kept.append(found) }
    }
    for surplus in kept.sorted().dropLast(mostKept) {
      unlink("\(folder)/\(surplus)")
      unlink("\(folder)/\(surplus)-wal")
    }
  }
}
