import Glibc

/// Follows files, and all files of folders with the usual endings; new ones are found as they come.
///
/// Bounded: `fileLimit` files. Of folders that hold more, the last by name are read: trails are named after their day.
struct LogFollower<Framer: RecordFramer> {
  static var fileLimit: Int { 1024 }

  /// What is not read and why, in words for people; names no file of a folder, for such names may hold anything.
  private(set) var notes: [String] = []

  /// A file to read, and which of `paths` it is, or is in.
  private struct Name {
    var path: String
    var origin: String

    var isOfFolder: Bool { path != origin }
  }

  private let paths: [String]
  private let endings: [String]
  private let framer: Framer
  private let isMarked: Bool
  private var listings: [String: FolderListing] = [:]
  private var files: [String: FollowedFile<Framer>] = [:]
  /// What was rotated away before it was read to its end, oldest first, and of which of `paths` it was a part.
  private var rotated: [(file: FollowedFile<Framer>, origin: String)] = []
  /// Of which of `paths` it was asked, in this step, what was rotated away.
  private var searched: Set<String> = []
  /// Of which of `paths` the files waited for what was rotated away: meanwhile anything may have happened to them.
  private var held: Set<String> = []
  /// Rotated files that may not be read.
  private var refused: Set<LogPositions.Identity> = []
  private var hasBegun = false
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
    (notes, searched) = ([], [])
    let (named, omitted) = filesToRead()
    if omitted > 0 { notes.append("Of too many files, the \(omitted) oldest by name are not read.") }
    if !hasBegun { begin(queue, &positions) }
    forget(allBut: named)
    readRotated(queue, &positions)
    var isMore = false
    var refusals = 0
    for name in named {
      guard queue.hasRoom else { return true }
      // What is older goes first: whoever dies in between finds it by the positions that are known till then.
      if rotated.contains(where: { $0.origin == name.origin }) {
        held.insert(name.origin)
        continue
      }
      switch look(at: name, queue, &positions) {
      case .more: isMore = true
      case .read: break
      case .missing: if !name.isOfFolder { notes.append("\(name.path) is not there.") }
      case .refused:
        if name.isOfFolder { refusals += 1 } else { notes.append("\(name.path) is no regular file that may be read.") }
      }
    }
    if refusals > 0 { notes.append("\(refusals) entries of folders are no regular files that may be read.") }
    return isMore || !rotated.isEmpty
  }

  /// Notes what there is now as read: the files named one by one, and what was rotated away of them.
  mutating func skip(_ positions: inout LogPositions) {
    for path in paths {
      let kin = RotatedFiles.old(beside: [], among: kin(of: path), LogPositions())
      for path in [path] + kin { positions.skip(to: path) }
    }
  }

  mutating func close() {
    for path in files.keys { files[path]?.close() }
    for index in rotated.indices { rotated[index].file.close() }
    (files, rotated) = ([:], [])
  }

  /// Files named one by one come first; folders share what is left.
  private mutating func filesToRead() -> (named: [Name], omitted: Int) {
    var single: [Name] = []
    var ofFolders: [Name] = []
    var omitted = 0
    for path in paths {
      var listing = listings[path] ?? FolderListing(path: path, endings: endings)
      let isFolder = listing.look()
      listings[path] = isFolder ? listing : nil
      guard isFolder else {
        single.append(Name(path: path, origin: path))
        continue
      }
      let all = listing.followed
      let room = max(0, Self.fileLimit - paths.count - ofFolders.count)
      ofFolders += all.suffix(room).map { Name(path: $0, origin: path) }
      omitted += max(0, all.count - room)
    }
    return (single + ofFolders, omitted)
  }

  private mutating func look(
    at name: Name, _ queue: RecordQueue, _ positions: inout LogPositions
  ) -> FollowedFile<Framer>.Look {
    var file = files[name.path] ?? FollowedFile(path: name.path, framer: framer, isMarked: isMarked)
    let look = file.look(into: queue, &positions, &buffer)
    if name.isOfFolder { file.rest() }
    let isUnseen = file.takeUnseen()
    files[name.path] = file
    if held.remove(name.origin) != nil || isUnseen { search(name.origin, positions) }
    return look
  }

  /// Files that are gone from their folders, maybe to come back under other names, are read to their ends, then let go.
  private mutating func forget(allBut named: [Name]) {
    let seen = Set(named.map(\.path))
    for path in files.keys where !seen.contains(path) {
      guard var file = files.removeValue(forKey: path), let name = path.lastIndex(of: "/") else { continue }
      file.retire()
      rotated.append((file, String(path[..<name])))
    }
  }

  /// What lies beside a log when it is followed for the first time was before Cordon's time.
  private mutating func begin(_ queue: RecordQueue, _ positions: inout LogPositions) {
    hasBegun = true
    for origin in paths {
      for old in RotatedFiles.old(beside: current(origin), among: kin(of: origin), positions) {
        let line = positions.skip(to: old)
        if isMarked, !line.isEmpty { queue.offer([], mark: line) }
      }
      search(origin, positions)
    }
  }

  /// One look at the oldest of each origin.
  private mutating func readRotated(_ queue: RecordQueue, _ positions: inout LogPositions) {
    var looked: Set<String> = []
    var ended: [Int] = []
    var unseen: [String] = []
    for index in rotated.indices where queue.hasRoom && looked.insert(rotated[index].origin).inserted {
      let look = rotated[index].file.look(into: queue, &positions, &buffer)
      if rotated[index].file.takeUnseen() { unseen.append(rotated[index].origin) }
      guard look != .more else { continue }
      if look == .refused, refused.count < RotatedFiles.limit, let identity = rotated[index].file.identity {
        refused.insert(identity)
      }
      rotated[index].file.end(queue, &positions)
      ended.append(index)
    }
    for index in ended.reversed() { rotated.remove(at: index) }
    for origin in unseen { search(origin, positions) }
  }

  /// Finds what was rotated away while nobody looked, as before a start; once a step.
  private mutating func search(_ origin: String, _ positions: LogPositions) {
    guard searched.insert(origin).inserted else { return }
    let open = refused.union(files.values.compactMap(\.identity) + rotated.compactMap(\.file.identity))
    let unread = RotatedFiles.unread(of: current(origin), among: kin(of: origin), positions)
    rotated += unread.filter { !open.contains($0.identity) }.map {
      (FollowedFile($0, framer: framer, isMarked: isMarked), origin)
    }
  }

  private func current(_ origin: String) -> [String] {
    listings[origin].map { Array($0.followed.suffix(Self.fileLimit)) } ?? [origin]
  }

  /// What a rotation may have made of a file, named after it; of a folder, what in it is not followed.
  private mutating func kin(of path: String) -> [String] {
    if listings[path] != nil {
      // As it is now: the rotation that is being asked about may have come after the step began.
      _ = listings[path]?.look()
      return listings[path]?.others ?? []
    }
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
