import CLinux
package import CordonCore
import Glibc

/// Whether a path belongs to a package of the operating system, and so may leave in clear.
///
/// Reads dpkg's file lists on first use and again when they have changed, at most once in `refreshInterval`. Keeps one
/// seeded 64-bit hash a path: at most `pathLimit`, some 2 MiB. Where there is no dpkg, nothing is owned.
package struct PackageOwnership: Sendable {
  package static let pathLimit = 1 << 18
  /// Bytes of one package's list; Debian's longest is some 3 MB.
  package static let listLimit = 16 << 20
  package static let refreshInterval = Duration.seconds(60)

  /// Folders whose files do not run: left out, which saves most of the memory.
  private static let skipped = ["/usr/share/", "/usr/include/", "/usr/src/", "/etc/", "/var/"].map { Array($0.utf8) }

  private let folder: String
  private var hashes: Set<UInt64> = []
  private var changed: timespec?
  private var checked: Timestamp?
  /// Paths that did not fit.
  package private(set) var omitted = 0

  /// `root` is `/` but in tests.
  package init(root: String = "") { folder = root + "/var/lib/dpkg/info" }

  /// Whether a package owns the executable; `/usr/bin/x` also where the package lists `/bin/x`, because the folders are
  /// one on today's systems.
  package mutating func owns(_ path: [UInt8], now: Timestamp) -> Bool {
    guard path.count > 1, path.count <= CanonicalName.pathLimit, path[0] == UInt8(ascii: "/") else { return false }
    refresh(now: now)
    if hashes.contains(Self.hash(path[...])) { return true }
    return path.starts(with: "/usr/".utf8) && hashes.contains(Self.hash(path.dropFirst(4)))
  }

  private mutating func refresh(now: Timestamp) {
    if let checked, now.since(checked) < Self.refreshInterval, now >= checked { return }
    checked = now
    var found = stat()
    guard stat(folder, &found) == 0 else {
      hashes = []
      return
    }
    if let changed, changed.tv_sec == found.st_mtim.tv_sec, changed.tv_nsec == found.st_mtim.tv_nsec { return }
    changed = found.st_mtim
    load()
  }

  private mutating func load() {
    hashes = []
    omitted = 0
    guard let directory = opendir(folder) else { return }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      guard name.hasSuffix(".list"), let list = try? SmallFile.read("\(folder)/\(name)", most: Self.listLimit) else {
        continue
      }
      add(list)
    }
  }

  private mutating func add(_ list: [UInt8]) {
    for line in list.split(separator: UInt8(ascii: "\n")) {
      guard line.count > 1, !Self.skipped.contains(where: { line.starts(with: $0) }) else { continue }
      guard hashes.count < Self.pathLimit else {
        omitted += 1
        continue
      }
      hashes.insert(Self.hash(line))
    }
  }

  private static func hash(_ path: ArraySlice<UInt8>) -> UInt64 {
    var hasher = Hasher()
    path.withUnsafeBytes { hasher.combine(bytes: $0) }
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }
}
