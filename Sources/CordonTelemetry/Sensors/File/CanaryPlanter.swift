import CLinux
package import CordonCore
import Crypto
import Glibc

/// A decoy file that nothing and no one has a reason to change.
package struct Canary: Hashable, Sendable {
  package var path: String
  /// SHA-256 of what was written, hexadecimal.
  package var digest: String

  package init(path: String, digest: String) {
    self.path = path
    self.digest = digest
  }
}

/// Writes plausible decoys into policy folders, remembers them on disk, and removes them again; runs as root.
///
/// The intent is on disk before a decoy is made, so that a crash leaves none that is not remembered. A decoy whose
/// content has changed is left where it is when the others are removed: it is evidence, or has become someone's file.
package struct CanaryPlanter: Sendable {
  /// Decoys a folder: one that sorts early and one that sorts late, whichever way an attacker walks.
  package static let decoysPerFolder = 2
  package static let folderLimit = 256
  /// Bytes of a decoy, at most.
  package static let sizeLimit = 64 << 10

  private let journal: String

  /// Remembers in a file at `journal`, mode 0600, in a folder that only root may write.
  package init(journal: String) { self.journal = journal }

  /// Plants what is missing in the folders and removes decoys from folders that are no longer named.
  ///
  /// Returns all decoys that stand, and one error for each folder that could not get its own.
  package func plant(
    in folders: [String], at now: Timestamp, randomness: inout some RandomNumberGenerator
  ) throws(CordonError) -> (canaries: [Canary], problems: [CordonError]) {
    guard folders.count <= Self.folderLimit else {
      throw CordonError(
        .invalid, "too-many-canary-folders", "\(folders.count) canary folders are named; \(Self.folderLimit) may be.")
    }
    var known = try remembered()
    let wanted = Set(folders)
    for canary in known where !wanted.contains(Self.folder(of: canary.path)) { Self.remove(canary) }
    known.removeAll { !wanted.contains(Self.folder(of: $0.path)) || !Self.isUntouched($0) }
    var problems: [CordonError] = []
    var fresh: [(canary: Canary, content: [UInt8])] = []
    for folder in folders {
      let standing = known.count { Self.folder(of: $0.path) == folder }
      guard standing < Self.decoysPerFolder else { continue }
      guard Self.isFolder(folder) else {
        problems.append(
          CordonError(
            .missing, "no-canary-folder", "The canary folder \(folder) is not a folder on this machine.",
            remedy: "Create it, or take it out of the policy's canary folders."))
        continue
      }
      for number in standing..<Self.decoysPerFolder {
        let decoy = Decoy.make(late: number > 0, randomness: &randomness)
        let digest = Hex.encode(SHA256.hash(data: decoy.content))
        fresh.append((Canary(path: "\(folder)/\(decoy.name)", digest: digest), decoy.content))
      }
    }
    try remember(known + fresh.map(\.canary))
    for (canary, content) in fresh {
      do throws(CordonError) {
        try Self.write(content, to: canary.path, at: now, randomness: &randomness)
        known.append(canary)
      } catch { problems.append(error) }
    }
    try remember(known)
    return (known, problems)
  }

  /// The decoys that were planted and not removed, touched or not.
  package func remembered() throws(CordonError) -> [Canary] {
    guard let text = try SmallFile.read(journal, most: 1 << 20) else { return [] }
    return String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap { line in
      let parts = line.split(separator: " ", maxSplits: 1)
      guard parts.count == 2, parts[0].utf8.count == 64, parts[1].first == "/" else { return nil }
      return Canary(path: String(parts[1]), digest: String(parts[0]))
    }
  }

  /// Removes every decoy that is as it was planted, and forgets all; returns those that were left because they changed.
  @discardableResult package func removeAll() throws(CordonError) -> [Canary] {
    let left = try remembered().filter { !Self.remove($0) }
    try remember([])
    return left
  }

  private func remember(_ canaries: [Canary]) throws(CordonError) {
    let text = canaries.map { "\($0.digest) \($0.path)\n" }.joined()
    try SmallFile.replace(journal, with: Array(text.utf8))
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return String(path[..<slash])
  }

  private static func isFolder(_ path: String) -> Bool {
    var found = stat()
    return path.first == "/" && !path.contains("\n") && lstat(path, &found) == 0 && found.st_mode & S_IFMT == S_IFDIR
  }

  private static func isUntouched(_ canary: Canary) -> Bool {
    guard let content = try? SmallFile.read(canary.path, most: sizeLimit) else { return false }
    return Hex.encode(SHA256.hash(data: content)) == canary.digest
  }

  /// Whether nothing stands there any more.
  @discardableResult private static func remove(_ canary: Canary) -> Bool {
    var found = stat()
    guard lstat(canary.path, &found) == 0 else { return true }
    return isUntouched(canary) && unlink(canary.path) == 0
  }

  /// Makes the file, never through a link or over another; owner and group are the folder's, so that it looks at home.
  private static func write(
    _ content: [UInt8], to path: String, at now: Timestamp, randomness: inout some RandomNumberGenerator
  ) throws(CordonError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else {
      throw CordonError(
        .inputOutput, "canary-not-written", "The decoy \(path) could not be made: \(String(cString: strerror(errno))).")
    }
    defer { close(descriptor) }
    var home = stat()
    if stat(folder(of: path), &home) == 0 { _ = fchown(descriptor, home.st_uid, home.st_gid) }
    guard content.withUnsafeBytes({ Glibc.write(descriptor, $0.baseAddress, $0.count) }) == content.count else {
      unlink(path)
      throw CordonError(.inputOutput, "canary-not-written", "The decoy \(path) could not be written in full.")
    }
    // Weeks to a year old, so that it does not stand out in a listing by date.
    let age = Int.random(in: (20 * 86_400)...(400 * 86_400), using: &randomness)
    let moment = timespec(tv_sec: Int(now.milliseconds / 1000) - age, tv_nsec: 0)
    _ = futimens(descriptor, [moment, moment])
  }
}
