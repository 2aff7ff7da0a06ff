import CLinux
import Glibc

/// Files that a rotation made of those that are followed: what of them was not taken in yet.
///
/// A rotation while nobody looked would otherwise lose the end of the old file. A file is known by its identity, or, where
/// `copytruncate` copied it, by its beginning. A file that came and went between two looks is not known at all: it is
/// read where it is named like one that is, since what was there before Cordon's time was noted as `old`. Compressed files
/// are not looked into.
enum RotatedFiles {
  /// Of more, those written to last are looked into, and of them only the known: the others may have come into sight.
  static let limit = 1024

  /// One of which there is more to read.
  struct Unread {
    var path: String
    var identity: LogPositions.Identity
    /// Where it was left; nil where nothing of it was read.
    var position: LogPositions.Position?
  }

  private static let compressed = [".gz", ".xz", ".bz2", ".zst", ".lz4"]

  private struct Candidate {
    var path: String
    var identity: LogPositions.Identity
    var size: Int64
    var modified: (Int, Int)

    /// The name up to its first dot.
    var stem: Substring {
      let name = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
      return path[..<(path[name...].firstIndex(of: ".") ?? path.endIndex)]
    }

    func unread(from position: LogPositions.Position?) -> Unread {
      Unread(path: path, identity: identity, position: position)
    }
  }

  /// Those of some files that were there before any of them was followed; none where one of them or of `current` is
  /// known already.
  static func old(beside current: [String], among paths: [String], _ positions: LogPositions) -> [String] {
    let all = newest(paths)
    let isFirst = (all + current.compactMap(candidate)).allSatisfy { positions[$0.identity] == nil }
    return isFirst ? all.map(\.path) : []
  }

  /// Those of some files of which there is more to read, each from where it was left; the oldest first.
  ///
  /// - Parameter current: files that are followed: one that was cut off may have been copied first.
  static func unread(of current: [String], among paths: [String], _ positions: LogPositions) -> [Unread] {
    let all = newest(paths)
    let followed = current.compactMap(candidate)
    var stems = Set(followed.map(\.stem))
    var strangers: [Candidate] = []
    var unread: [(file: Candidate, position: LogPositions.Position?)] = []
    for candidate in followed {
      guard let own = positions[candidate.identity], !begins(candidate, as: own) else { continue }
      if let copy = copy(leftAt: own, among: all, positions) { unread.append((copy, own)) }
    }
    for candidate in all {
      guard let own = positions[candidate.identity] else {
        // A copy is read once its original turns out to be cut off: until then the original holds the same.
        if !isCopy(candidate, positions) { strangers.append(candidate) }
        continue
      }
      guard begins(candidate, as: own) else {
        // Cut off and written anew, and then renamed.
        if let copy = copy(leftAt: own, among: all, positions) { unread.append((copy, own)) }
        unread.append((candidate, nil))
        continue
      }
      stems.insert(candidate.stem)
      if candidate.size > own.offset { unread.append((candidate, own)) }
    }
    if all.count < limit { unread += strangers.filter { stems.contains($0.stem) }.map { ($0, nil) } }
    return unread.sorted { $0.file.modified < $1.file.modified }.map { $0.file.unread(from: $0.position) }
  }

  /// The copy of a file that was cut off, which begins as that did; read or not, it is known from then on.
  private static func copy(
    leftAt position: LogPositions.Position, among candidates: [Candidate], _ positions: LogPositions
  ) -> Candidate? {
    guard position.headLength > 0 else { return nil }
    return candidates.filter { positions[$0.identity] == nil && begins($0, as: position) }.max { $0.size < $1.size }
  }

  /// Whether a file begins as one that is known, and goes as far at least.
  private static func isCopy(_ candidate: Candidate, _ positions: LogPositions) -> Bool {
    let fingerprints = beginning(of: candidate.path, FollowedFile<LineFramer>.headLimit)
    return positions.all.contains { position in
      position.headLength > 0 && position.headLength <= fingerprints.count && position.offset <= candidate.size
        && fingerprints[position.headLength - 1] == position.head
    }
  }

  private static func begins(_ candidate: Candidate, as position: LogPositions.Position) -> Bool {
    guard position.headLength > 0 else { return position.offset == 0 }
    guard candidate.size >= position.offset else { return false }
    let fingerprints = beginning(of: candidate.path, position.headLength)
    return fingerprints.count == position.headLength && fingerprints.last == position.head
  }

  private static func newest(_ paths: [String]) -> [Candidate] {
    let all = paths.lazy.filter { path in !compressed.contains { path.hasSuffix($0) } }.compactMap(candidate)
    return Array(all.sorted { $0.modified > $1.modified }.prefix(limit))
  }

  private static func candidate(_ path: String) -> Candidate? {
    var found = stat()
    guard lstat(path, &found) == 0, found.st_mode & S_IFMT == S_IFREG else { return nil }
    return Candidate(
      path: path, identity: .init(device: UInt64(found.st_dev), inode: UInt64(found.st_ino)),
      size: Int64(found.st_size), modified: (found.st_mtim.tv_sec, found.st_mtim.tv_nsec))
  }

  /// The fingerprints of the first byte of a file, of the first two, and so on; shorter where the file is.
  private static func beginning(of path: String, _ length: Int) -> [UInt64] {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard length > 0, descriptor >= 0 else {
      if descriptor >= 0 { close(descriptor) }
      return []
    }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: length)
    let count = pread(descriptor, &bytes, length, 0)
    return count > 0 ? LogPositions.fingerprints(bytes[..<count]) : []
  }
}
