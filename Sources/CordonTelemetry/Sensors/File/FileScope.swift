/// Which paths are watched.
struct FileScope: Hashable, Sendable {
  /// Folders; a path is in if it lies in one of them and in none of the excluded.
  var include: [[UInt8]]
  var exclude: [[UInt8]]
  /// Exact paths of decoys, watched wherever they lie.
  var canaries: Set<[UInt8]>

  init(include: [String], exclude: [String], canaries: [String]) {
    self.include = include.map { Self.folder($0) }
    self.exclude = exclude.map { Self.folder($0) }
    self.canaries = Set(canaries.map { Array($0.utf8) })
  }

  /// The folders that decoys lie in.
  var canaryFolders: Set<[UInt8]> {
    Set(canaries.map { path in Array(path[..<(path.lastIndex(of: 0x2F).map { max($0, 1) } ?? 0)]) })
  }

  func contains(_ path: [UInt8]) -> Bool {
    if canaries.contains(path) { return true }
    return include.contains { Self.path(path, liesIn: $0) } && !exclude.contains { Self.path(path, liesIn: $0) }
  }

  private static func folder(_ path: String) -> [UInt8] {
    var bytes = Array(path.utf8)
    while bytes.count > 1, bytes.last == 0x2F { bytes.removeLast() }
    return bytes
  }

  private static func path(_ path: [UInt8], liesIn folder: [UInt8]) -> Bool {
    if folder == [0x2F] { return true }
    return path.starts(with: folder) && (path.count == folder.count || path[folder.count] == 0x2F)
  }
}
