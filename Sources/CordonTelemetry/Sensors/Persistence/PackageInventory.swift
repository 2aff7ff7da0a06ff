import CLinux
package import CordonCore
import Glibc

/// The packages that dpkg has installed, with their versions; asked for again where its database changed.
package struct PackageInventory: Sendable {
  /// Bytes of dpkg's database: thirty times those of a full desktop.
  package static let fileLimit = 128 << 20
  package static let packageLimit = 65_536
  /// Changes told at once: more is an upgrade of the whole system, of which the rest is counted.
  package static let changeLimit = 512

  private let path: String
  /// Versions by name; nil until they were looked at.
  private(set) var packages: [String: String]?
  /// Something is not on disk yet.
  package var isChanged = false
  private var marks: (inode: UInt64, size: Int64, seconds: Int, nanoseconds: Int)?

  /// - Parameter root: before the database's path; empty but in tests.
  package init(root: String = "") { path = root + "/var/lib/dpkg/status" }

  /// Installed packages; nil where there is no dpkg.
  package var count: Int? { packages?.count }

  /// Takes over what was installed when it was last looked at, as before a restart.
  mutating func resume(_ known: [String: String]) { packages = known }

  /// Looks again; what has changed since the last look, nothing the first time.
  package mutating func look() -> [PackageChange] {
    var found = stat()
    guard stat(path, &found) == 0 else { return [] }
    let current = (UInt64(found.st_ino), Int64(found.st_size), found.st_mtim.tv_sec, found.st_mtim.tv_nsec)
    if let marks, marks == current { return [] }
    guard let bytes = try? SmallFile.read(path, most: Self.fileLimit) else { return [] }
    marks = current
    let installed = Self.installed(bytes)
    defer {
      isChanged = isChanged || packages != installed
      packages = installed
    }
    guard let packages else { return [] }
    return Self.changes(from: packages, to: installed)
  }

  /// Name and version of each installed package, of dpkg's database.
  package static func installed(_ bytes: [UInt8]) -> [String: String] {
    var packages: [String: String] = [:]
    var (name, version, isInstalled) = ("", "", false)
    func value(_ line: ArraySlice<UInt8>, _ key: String) -> String? {
      guard line.starts(with: key.utf8) else { return nil }
      let text = String(decoding: line.dropFirst(key.utf8.count).prefix(CanonicalName.partLimit), as: UTF8.self)
      return text
    }
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) + [[]] {
      if line.isEmpty {
        if isInstalled, !name.isEmpty, packages.count < packageLimit { packages[name] = version }
        (name, version, isInstalled) = ("", "", false)
      } else if let text = value(line, "Package: ") {
        name = text
      } else if let text = value(line, "Version: ") {
        version = text
      } else if let text = value(line, "Status: ") {
        isInstalled = text.hasSuffix(" installed")
      }
    }
    return packages
  }

  static func changes(from old: [String: String], to new: [String: String]) -> [PackageChange] {
    var changes: [PackageChange] = []
    for (name, version) in new where old[name] != version {
      changes.append(PackageChange(act: old[name] == nil ? .installed : .upgraded, name: name))
    }
    for name in old.keys where new[name] == nil { changes.append(PackageChange(act: .removed, name: name)) }
    return Array(changes.sorted { $0.name < $1.name }.prefix(changeLimit))
  }
}
