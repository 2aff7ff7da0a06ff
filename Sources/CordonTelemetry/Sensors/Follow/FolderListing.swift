import CLinux
import Glibc

/// The names in a folder that are followed, newest by name first served; read again only when the folder has changed.
///
/// Bounded: `entryLimit` entries are looked at. Folders are not descended into.
struct FolderListing {
  static let entryLimit = 65_536
  /// Those that every log may have.
  static let endings = [".ndjson", ".jsonl", ".json", ".xml", ".log"]
  /// Seconds for which a folder that has just changed is not believed to be quiet: its clock is coarse.
  private static let settling = 2

  let path: String
  private let endings: [String]
  /// Whole paths, in the order of their names.
  private(set) var followed: [String] = []
  /// Those that are not followed, and not hidden: what was rotated away may be among them.
  private(set) var others: [String] = []
  private var changed: (seconds: Int, nanoseconds: Int)?

  init(path: String, endings: [String]) {
    self.path = path
    self.endings = endings
  }

  /// Looks again; false where there is no such folder. The folder itself may be reached through a link.
  mutating func look() -> Bool {
    var found = stat()
    guard stat(path, &found) == 0, found.st_mode & S_IFMT == S_IFDIR else { return false }
    let modified = (found.st_mtim.tv_sec, found.st_mtim.tv_nsec)
    if let changed, changed == modified { return true }
    guard let folder = opendir(path) else { return false }
    defer { closedir(folder) }
    (followed, others) = ([], [])
    while let entry = readdir(folder), followed.count + others.count < Self.entryLimit {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      let isFollowed = endings.contains { name.hasSuffix($0) }
      if isFollowed { followed.append("\(path)/\(name)") } else { others.append("\(path)/\(name)") }
    }
    followed.sort()
    changed = time(nil) - modified.0 > Self.settling ? modified : nil
    return true
  }
}
