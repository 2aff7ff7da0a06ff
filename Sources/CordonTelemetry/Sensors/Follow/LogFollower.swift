import Glibc

/// Follows files, and all files of folders with the usual endings; new ones are found as they come.
///
/// Bounded: `fileLimit` files. Of folders that hold more, the last by name are read: trails are named after their day.
struct LogFollower<Framer: RecordFramer> {
  static var fileLimit: Int { 1024 }

  /// What is not read and why, in words for people; names no file of a folder, for such names may hold anything.
  private(set) var notes: [String] = []

  private let paths: [String]
  private let endings: [String]
  private let framer: Framer
  private let isMarked: Bool
  private var listings: [String: FolderListing] = [:]
  private var files: [String: FollowedFile<Framer>] = [:]
  /// What was rotated away before it was read to its end.
  private var rotated: [FollowedFile<Framer>] = []
  private var hasSearched = false
  private var buffer = [UInt8](repeating: 0, count: FollowedFile<Framer>.chunk)

  /// - Parameters:
  ///   - endings: of a folder's files that are read.
  ///   - framer: what each file begins with.
  ///   - isMarked: whether the queue is told how far each file was read.
  init(paths: [String], endings: [String] = FolderListing.endings, framer: Framer, isMarked: Bool = false) {
    self.paths = paths
    self.endings = endings
    self.framer = framer
    self.isMarked = isMarked
  }

  /// One look at each file; true where more is to be read at once.
  mutating func step(into queue: RecordQueue, _ positions: inout LogPositions) -> Bool {
    notes = []
    let (named, omitted) = filesToRead()
    if omitted > 0 { notes.append("Of too many files, the \(omitted) oldest by name are not read.") }
    if !hasSearched { search(positions) }
    var isMore = finishRotated(queue, &positions)
    var refused = 0
    for (path, isOfFolder) in named {
      guard queue.hasRoom else { return true }
      switch look(at: path, isOfFolder: isOfFolder, queue, &positions) {
      case .more: isMore = true
      case .read: break
      case .missing: if !isOfFolder { notes.append("\(path) is not there.") }
      case .refused:
        if isOfFolder { refused += 1 } else { notes.append("\(path) is no regular file that may be read.") }
      }
    }
    if refused > 0 { notes.append("\(refused) entries of folders are no regular files that may be read.") }
    let seen = Set(named.map(\.path))
    for file in files.keys where !seen.contains(file) { forget(file, queue, &positions) }
    return isMore || !rotated.isEmpty
  }

  mutating func close() {
    for path in files.keys { files[path]?.close() }
    for index in rotated.indices { rotated[index].close() }
    (files, rotated) = ([:], [])
  }

  /// Files named one by one come first; folders share what is left.
  private mutating func filesToRead() -> (named: [(path: String, isOfFolder: Bool)], omitted: Int) {
    var single: [(path: String, isOfFolder: Bool)] = []
    var ofFolders: [(path: String, isOfFolder: Bool)] = []
    var omitted = 0
    for path in paths {
      var listing = listings[path] ?? FolderListing(path: path, endings: endings)
      let isFolder = listing.look()
      listings[path] = isFolder ? listing : nil
      guard isFolder else {
        single.append((path, false))
        continue
      }
      let all = listing.followed
      let room = max(0, Self.fileLimit - paths.count - ofFolders.count)
      ofFolders += all.suffix(room).map { ($0, true) }
      omitted += max(0, all.count - room)
    }
    return (single + ofFolders, omitted)
  }

  private mutating func look(
    at path: String, isOfFolder: Bool, _ queue: RecordQueue, _ positions: inout LogPositions
  ) -> FollowedFile<Framer>.Look {
    var file = files[path] ?? FollowedFile(path: path, framer: framer, isMarked: isMarked)
    let look = file.look(into: queue, &positions, &buffer)
    if isOfFolder { file.rest() }
    let lost = file.takeLost()
    files[path] = file
    if let lost { search(for: lost, of: path, positions) }
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

  private mutating func finishRotated(_ queue: RecordQueue, _ positions: inout LogPositions) -> Bool {
    var isMore = false
    while let index = rotated.indices.first, queue.hasRoom {
      guard rotated[index].look(into: queue, &positions, &buffer) != .more else {
        isMore = true
        continue
      }
      rotated[index].end(queue, &positions)
      rotated.remove(at: index)
    }
    return isMore
  }

  /// What was rotated away while nobody looked, as before a start.
  private mutating func search(_ positions: LogPositions) {
    hasSearched = true
    for path in paths { read(RotatedFiles.unread(among: kin(of: path), positions)) }
  }

  private mutating func search(for lost: FollowedFile<Framer>.Lost, of path: String, _ positions: LogPositions) {
    let kin = kin(of: path)
    switch lost {
    case .renamed: read(RotatedFiles.unread(among: kin, positions))
    case .cutOff(let position):
      read(RotatedFiles.copy(leftAt: position, among: kin, positions).map { [$0] } ?? [])
    }
  }

  private mutating func read(_ unread: [RotatedFiles.Unread]) {
    rotated += unread.map { FollowedFile($0, framer: framer, isMarked: isMarked) }
  }

  /// What a rotation may have made of a file, named after it; of a folder, what in it is not followed.
  private func kin(of path: String) -> [String] {
    if let listing = listings[path] { return listing.others }
    let parts = path.split(separator: "/")
    guard let name = parts.last else { return [] }
    let folder = "/" + parts.dropLast().joined(separator: "/")
    let stem = folder + (folder == "/" ? "" : "/") + (name.lastIndex(of: ".").map { name[..<$0] } ?? name)
    var listing = FolderListing(path: folder, endings: endings)
    guard listing.look() else { return [] }
    let unfollowed = listings[folder] == nil ? listing.others + listing.followed : listing.others
    return unfollowed.filter { $0.hasPrefix(stem) && !paths.contains($0) }
  }
}
