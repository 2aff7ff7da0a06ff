import Glibc

/// Follows files, and all files of folders with the usual endings; new ones are found as they come.
///
/// Bounded: `fileLimit` files, in the order of their names. Folders are not descended into.
struct LogFollower<Framer: RecordFramer> {
  static var fileLimit: Int { 1024 }
  static var endings: [String] { [".ndjson", ".jsonl", ".json", ".xml", ".log"] }

  /// What is not read and why, in words for people; names no file of a folder, for such names may hold anything.
  private(set) var notes: [String] = []

  private let paths: [String]
  private let endings: [String]
  private let framer: Framer
  private var files: [String: FollowedFile<Framer>] = [:]
  private var buffer = [UInt8](repeating: 0, count: FollowedFile<Framer>.chunk)

  /// - Parameters:
  ///   - endings: of a folder's files that are read.
  ///   - framer: what each file begins with.
  init(paths: [String], endings: [String] = endings, framer: Framer) {
    self.paths = paths
    self.endings = endings
    self.framer = framer
  }

  /// One look at each file; true where more is to be read at once.
  mutating func step(into queue: RecordQueue, _ positions: inout LogPositions) -> Bool {
    notes = []
    var isMore = false
    var seen: Set<String> = []
    var refused = 0
    for path in paths {
      let entries = entries(of: path)
      for file in entries ?? [path] {
        guard seen.count < Self.fileLimit else {
          notes.append("More than \(Self.fileLimit) files are named; the others are not read.")
          break
        }
        seen.insert(file)
        guard queue.hasRoom else { return true }
        switch look(at: file, isOfFolder: entries != nil, queue, &positions) {
        case .more: isMore = true
        case .read: break
        case .missing: if entries == nil { notes.append("\(path) is not there.") }
        case .refused:
          if entries == nil { notes.append("\(path) is no regular file that may be read.") } else { refused += 1 }
        }
      }
    }
    if refused > 0 { notes.append("\(refused) entries of folders are no regular files that may be read.") }
    for file in files.keys where !seen.contains(file) { forget(file, queue, &positions) }
    return isMore
  }

  mutating func close() {
    for path in files.keys { files[path]?.close() }
    files = [:]
  }

  private mutating func look(
    at path: String, isOfFolder: Bool, _ queue: RecordQueue, _ positions: inout LogPositions
  ) -> FollowedFile<Framer>.Look {
    var file = files[path] ?? FollowedFile(path: path, framer: framer)
    let look = file.look(into: queue, &positions, &buffer)
    if isOfFolder { file.rest() }
    files[path] = file
    return look
  }

  /// A file that is gone from its folder is read to its end, then let go.
  private mutating func forget(_ path: String, _ queue: RecordQueue, _ positions: inout LogPositions) {
    guard var file = files[path] else { return }
    if file.look(into: queue, &positions, &buffer) == .more {
      files[path] = file
    } else {
      file.close()
      files[path] = nil
    }
  }

  /// The files of a folder by name; nil for what is none. The folder itself may be reached through a link.
  private func entries(of path: String) -> [String]? {
    guard let folder = opendir(path) else { return nil }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder), names.count < 4 * Self.fileLimit {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if !name.hasPrefix("."), endings.contains(where: { name.hasSuffix($0) }) { names.append(name) }
    }
    return names.sorted().map { "\(path)/\($0)" }
  }
}
