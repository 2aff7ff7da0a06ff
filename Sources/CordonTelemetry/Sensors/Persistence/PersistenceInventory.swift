import CLinux
import CordonCore
import Crypto
import Glibc

/// What stands at a machine's points of persistence: a digest of each file, taken anew where the file's marks changed.
///
/// Bounded: `fileLimit` files, `ownLimit` of them in one folder of one person, `sizeLimit` bytes of each. Links are not
/// followed: what they point to is their content.
struct PersistenceInventory: Sendable {
  static let fileLimit = 8192
  /// In one folder of one person, who may fill it as they like: the others' are looked at all the same.
  static let ownLimit = 256
  /// Bytes of a file that its digest is over; its size is part of the digest too.
  static let sizeLimit = 1 << 20
  static let homeLimit = 512

  struct Marks: Hashable, Sendable {
    var inode: UInt64
    var size: Int64
    var modified: Int64
    var changed: Int64
  }

  struct Entry: Hashable, Sendable {
    var kind: PersistenceChange.Kind
    var isOfRoot: Bool
    var marks: Marks
    var digest: [UInt8]
  }

  /// Points of which some files were not looked at because there are too many.
  private var cut: Set<PersistencePoint> = []
  /// Something is not on disk yet.
  var isChanged = false
  /// By path, the root before it left out.
  private(set) var entries: [String: Entry] = [:]
  /// What there is at these places is learned without a word at the next look.
  private var unknown = Set(PersistenceChange.Kind.allCases)
  private let root: String
  let paths: [String]
  private let extra: [PersistencePoint]

  /// - Parameters:
  ///   - root: before every path; empty but in tests.
  ///   - paths: what the policy names beside what every machine has.
  init(root: String = "", paths: [String] = []) {
    self.root = root
    self.paths = paths
    extra = paths.flatMap { path in
      [PersistencePoint.Form.file, .folder].map { PersistencePoint(kind: .other, path: path, form: $0) }
    }
  }

  /// Some files were not looked at because there are too many.
  var isCut: Bool { !cut.isEmpty }

  /// Files there are.
  var count: Int { entries.count }

  /// Takes over what stood there when it was last looked at, as before a restart: what has changed since is told then.
  ///
  /// - Parameter paths: what the policy named at that time; other files are learned where it names others now.
  mutating func resume(_ known: [String: Entry], paths knownPaths: [String]) {
    let isSame = knownPaths == paths
    entries = isSame ? known : known.filter { $0.value.kind != .other }
    unknown = isSame ? [] : [.other]
  }

  /// Looks at everything; what has changed since the last look, nothing the first time.
  mutating func look() -> [PersistenceChange] {
    var changes: [PersistenceChange] = []
    var seen: Set<String> = []
    cut = []
    for point in points() {
      let most = min(Self.fileLimit - seen.count, point.isOfRoot ? Self.fileLimit : Self.ownLimit)
      let files = Self.files(at: root + point.path, point.form, most: most + 1)
      if files.count > most { cut.insert(point) }
      for path in files.prefix(most) {
        var found = stat()
        guard lstat(path, &found) == 0 else { continue }
        let place = String(path.dropFirst(root.count))
        guard seen.insert(place).inserted, let act = take(path, place, found, point) else { continue }
        if !unknown.contains(point.kind) { changes.append(change(place, point.kind, point.isOfRoot, act)) }
      }
    }
    for (path, entry) in entries where !seen.contains(path) {
      entries[path] = nil
      isChanged = true
      // Of too many files it is not known which are gone.
      if !isAtCut(path) { changes.append(change(path, entry.kind, entry.isOfRoot, .removed)) }
    }
    unknown = []
    return changes.sorted { $0.path.lexicographicallyPrecedes($1.path) }
  }

  private func isAtCut(_ place: String) -> Bool {
    cut.contains { place == $0.path || place.hasPrefix("\($0.path)/") }
  }

  private func change(
    _ place: String, _ kind: PersistenceChange.Kind, _ isOfRoot: Bool, _ act: PersistenceChange.Act
  ) -> PersistenceChange {
    PersistenceChange(
      kind: kind, act: act, path: Array(place.utf8.prefix(CanonicalName.pathLimit)), isOfRoot: isOfRoot)
  }

  /// Every point, the homes' too.
  func points() -> [PersistencePoint] {
    let homes = Self.names(in: root + "/home", most: Self.homeLimit)
    return PersistencePoint.machine + extra + PersistencePoint.home("/root", isOfRoot: true)
      + homes.flatMap { PersistencePoint.home("/home/\($0)", isOfRoot: false) }
  }

  /// Takes in one file; how it has changed, nil where it has not or is none.
  private mutating func take(
    _ path: String, _ place: String, _ found: stat, _ point: PersistencePoint
  ) -> PersistenceChange.Act? {
    let marks = Marks(
      inode: UInt64(found.st_ino), size: Int64(found.st_size), modified: Self.nanoseconds(found.st_mtim),
      changed: Self.nanoseconds(found.st_ctim))
    let known = entries[place]
    if let known, known.marks == marks { return nil }
    guard let digest = Self.digest(of: path, found) else { return nil }
    entries[place] = Entry(kind: point.kind, isOfRoot: point.isOfRoot, marks: marks, digest: digest)
    isChanged = true
    guard let known else { return .added }
    return known.digest == digest ? nil : .changed
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }

  /// Of a file's content, or of what a link points to; nil for anything else, and for what has gone.
  private static func digest(of path: String, _ found: stat) -> [UInt8]? {
    var bytes: [UInt8]
    switch found.st_mode & S_IFMT {
    case S_IFLNK:
      bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
      let length = bytes.withUnsafeMutableBytes { buffer in
        buffer.baseAddress.map { readlink(path, $0.assumingMemoryBound(to: CChar.self), buffer.count) } ?? -1
      }
      guard length >= 0 else { return nil }
      bytes = Array(bytes[..<length])
    case S_IFREG:
      let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      guard descriptor >= 0 else { return nil }
      defer { close(descriptor) }
      bytes = [UInt8](repeating: 0, count: min(sizeLimit, max(Int(found.st_size), 0)))
      let length = pread(descriptor, &bytes, bytes.count, 0)
      guard length >= 0 else { return nil }
      bytes = Array(bytes[..<length])
    default: return nil
    }
    return Array(SHA256.hash(data: bytes + Array("\(found.st_size) \(found.st_mode) \(found.st_uid)".utf8)))
  }

  /// A file itself; of a folder so many of its files, and of those of the folders in it.
  private static func files(at path: String, _ form: PersistencePoint.Form, most: Int) -> [String] {
    guard form == .folder else { return [path] }
    var files: [String] = []
    for name in names(in: path, most: most) where files.count < most {
      let inner = names(in: "\(path)/\(name)", most: most - files.count).map { "\(path)/\(name)/\($0)" }
      files += inner.isEmpty ? ["\(path)/\(name)"] : inner
    }
    return files
  }

  /// So many names in a folder, in order; none where it is none. A link in a folder's place is not followed.
  private static func names(in path: String, most: Int) -> [String] {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0, let folder = fdopendir(descriptor) else {
      if descriptor >= 0 { close(descriptor) }
      return []
    }
    defer { closedir(folder) }
    var names: [String] = []
    while names.count < most, let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
