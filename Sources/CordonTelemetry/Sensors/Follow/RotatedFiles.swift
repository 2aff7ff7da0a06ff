import CLinux
import Glibc

/// Files that a rotation made of those that are followed: what of them was not taken in yet.
///
/// A rotation while nobody looked would otherwise lose the end of the old file. A file is known by its identity, or, where
/// `copytruncate` copied it, by its beginning. A file that came and went between two looks is not known at all: it is
/// read where it is newer than one that is, and named alike. Compressed files are not looked into.
enum RotatedFiles {
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
  }

  /// Those of some files of which there is more to read, each from where it was left.
  static func unread(among paths: [String], _ positions: LogPositions) -> [Unread] {
    var (known, strangers): ([Candidate], [Candidate]) = ([], [])
    var unread: [Unread] = []
    for candidate in paths.compactMap(candidate) {
      let own = positions[candidate.identity]
      if let own, !begins(candidate, as: own) {
        // Cut off and written anew, and then renamed: its age says nothing of what was known of it.
        unread += copy(leftAt: own, among: paths, positions).map { [$0] } ?? []
        unread.append(Unread(path: candidate.path, identity: candidate.identity))
        continue
      }
      guard let position = own else {
        // A copy is read once its original turns out to be cut off: until then the original holds the same.
        if original(of: candidate, positions) == nil { strangers.append(candidate) } else { known.append(candidate) }
        continue
      }
      known.append(candidate)
      guard candidate.size > position.offset else { continue }
      unread.append(Unread(path: candidate.path, identity: candidate.identity, position: position))
    }
    let new = strangers.filter { stranger in
      known.contains { $0.stem == stranger.stem }
        && known.allSatisfy { $0.stem != stranger.stem || $0.modified <= stranger.modified }
    }
    return unread
      + new.sorted { $0.modified < $1.modified }.map { Unread(path: $0.path, identity: $0.identity) }
  }

  /// The copy of a file that was cut off, which begins as that did; read or not, it is known from then on.
  static func copy(
    leftAt position: LogPositions.Position, among paths: [String], _ positions: LogPositions
  ) -> Unread? {
    paths.lazy.compactMap(candidate).first {
      positions[$0.identity] == nil && $0.size >= position.offset
        && beginning(of: $0.path, position.headLength) == position.head
    }.map { Unread(path: $0.path, identity: $0.identity, position: position) }
  }

  /// Where the file was left that a candidate is the copy of.
  private static func original(of candidate: Candidate, _ positions: LogPositions) -> LogPositions.Position? {
    var fingerprints: [Int: UInt64] = [:]
    return positions.all.filter { position in
      guard position.headLength > 0, position.offset <= candidate.size else { return false }
      let length = position.headLength
      if fingerprints[length] == nil { fingerprints[length] = beginning(of: candidate.path, length) }
      return fingerprints[length] == position.head
    }.max { $0.headLength < $1.headLength }
  }

  private static func begins(_ candidate: Candidate, as position: LogPositions.Position) -> Bool {
    guard position.headLength > 0 else { return position.offset == 0 }
    return candidate.size >= position.offset && beginning(of: candidate.path, position.headLength) == position.head
  }

  private static func candidate(_ path: String) -> Candidate? {
    var found = stat()
    guard !compressed.contains(where: { path.hasSuffix($0) }), lstat(path, &found) == 0,
      found.st_mode & S_IFMT == S_IFREG
    else { return nil }
    return Candidate(
      path: path, identity: .init(device: UInt64(found.st_dev), inode: UInt64(found.st_ino)),
      size: Int64(found.st_size), modified: (found.st_mtim.tv_sec, found.st_mtim.tv_nsec))
  }

  /// The fingerprint of the first bytes of a file; nil where it has not so many.
  private static func beginning(of path: String, _ length: Int) -> UInt64? {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard length > 0, descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: length)
    guard pread(descriptor, &bytes, length, 0) == length else { return nil }
    return LogPositions.fingerprint(bytes[...])
  }
}
