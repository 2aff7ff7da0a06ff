import Glibc

/// A follower that is asked only where there is something to follow, for files of which no machine has all.
struct AwaitedLog {
  /// Nil: asked always, and says itself what is missing.
  private let path: String?
  private var follower: LogFollower<LineFramer>
  /// It was there once: then it is read to its end also when it is gone.
  private var isKnown = false

  private init(_ files: LogFiles, paths: [String], awaited path: String? = nil) {
    self.path = path
    follower = LogFollower(
      paths: paths, endings: FolderListing.endings + files.endings,
      framer: LineFramer(head: files.head, tag: files.tag))
  }

  /// One for each file that may be missing, else one for all.
  static func logs(_ files: LogFiles) -> [AwaitedLog] {
    guard files.isAwaited else { return [AwaitedLog(files, paths: files.paths)] }
    return files.paths.map { AwaitedLog(files, paths: [$0], awaited: $0) }
  }

  /// What to say where none of the files that may be missing is there.
  static func missing(_ logs: [AwaitedLog]) -> [String] {
    let awaited = logs.filter { $0.path != nil }
    guard !awaited.isEmpty, !awaited.contains(where: \.isKnown) else { return [] }
    return ["None of these is there: \(awaited.compactMap(\.path).joined(separator: ", "))."]
  }

  var notes: [String] { follower.notes }

  /// One look; true where more is to be read at once.
  mutating func step(into queue: RecordQueue, _ positions: inout LogPositions) -> Bool {
    if let path, !isKnown {
      var found = stat()
      guard lstat(path, &found) == 0 else { return false }
      isKnown = true
    }
    return follower.step(into: queue, &positions)
  }

  mutating func close() { follower.close() }
}
