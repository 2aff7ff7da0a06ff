import CordonCore

/// What stood at a machine's points of persistence, and which packages it had: kept on disk, so that what changes while
/// the agent is not there is told of when it is back.
///
/// One version byte; then numbers little-endian and byte strings with a 2-byte length. A damaged file is none: then the
/// first look is what later ones are compared with, as on a new machine.
struct PersistenceState: Hashable, Sendable {
  /// Changes with what is looked at on every machine: of a place that is new to Cordon it is not known what stood there.
  private static let version: UInt8 = 1
  /// Bytes of the file.
  static let fileLimit = 16 << 20

  /// What the policy named beside what every machine has.
  var paths: [String]
  var entries: [String: PersistenceInventory.Entry]
  /// Versions by name; nil where there is no dpkg.
  var packages: [String: String]?

  init(_ points: PersistenceInventory, _ packages: PackageInventory) {
    paths = points.paths
    entries = points.entries
    self.packages = packages.packages
  }

  /// Nil unless every byte is as `encoded` writes it.
  init?(_ bytes: [UInt8]) {
    var reader = RecordReader(bytes)
    guard reader.number(of: 1) == UInt64(Self.version), let pathCount = reader.number(of: 4) else { return nil }
    (paths, entries) = ([], [:])
    for _ in 0..<pathCount {
      guard let path = reader.name() else { return nil }
      paths.append(path)
    }
    guard let count = reader.number(of: 4) else { return nil }
    for _ in 0..<count {
      guard let path = reader.name(), let entry = Self.entry(&reader) else { return nil }
      entries[path] = entry
    }
    guard let hasPackages = reader.flags(below: 2), let packageCount = reader.number(of: 4) else { return nil }
    var versions: [String: String] = [:]
    for _ in 0..<packageCount {
      guard let name = reader.name(), let version = reader.name() else { return nil }
      versions[name] = version
    }
    guard reader.isAtEnd else { return nil }
    packages = hasPackages == 1 ? versions : nil
  }

  var encoded: [UInt8] {
    var writer = RecordWriter()
    writer.put(Self.version, as: 1)
    writer.put(paths.count, as: 4)
    for path in paths { writer.put(text: Array(path.utf8)) }
    writer.put(entries.count, as: 4)
    for (path, entry) in entries.sorted(by: { $0.key < $1.key }) {
      writer.put(text: Array(path.utf8))
      writer.put(entry.kind.rawValue, as: 1)
      writer.put(entry.isOfRoot ? 1 : 0, as: 1)
      writer.put(entry.marks.inode, as: 8)
      for number in [entry.marks.size, entry.marks.modified, entry.marks.changed] { writer.put(number, as: 8) }
      writer.put(text: entry.digest)
    }
    writer.put(packages == nil ? 0 : 1, as: 1)
    writer.put(packages?.count ?? 0, as: 4)
    for (name, version) in (packages ?? [:]).sorted(by: { $0.key < $1.key }) {
      writer.put(text: Array(name.utf8))
      writer.put(text: Array(version.utf8))
    }
    return writer.bytes
  }

  private static func entry(_ reader: inout RecordReader) -> PersistenceInventory.Entry? {
    guard let kind = reader.number(of: 1).flatMap({ PersistenceChange.Kind(rawValue: UInt8($0)) }),
      let isOfRoot = reader.flags(below: 2), let inode = reader.number(of: 8), let size = reader.number(of: 8),
      let modified = reader.number(of: 8), let changed = reader.number(of: 8),
      let digest = reader.text(most: CanonicalName.partLimit)
    else { return nil }
    let marks = PersistenceInventory.Marks(
      inode: inode, size: Int64(bitPattern: size), modified: Int64(bitPattern: modified),
      changed: Int64(bitPattern: changed))
    return PersistenceInventory.Entry(kind: kind, isOfRoot: isOfRoot == 1, marks: marks, digest: digest)
  }
}

extension RecordReader {
  /// A path or another name as text.
  fileprivate mutating func name() -> String? {
    text(most: CanonicalName.pathLimit).flatMap { String(validating: $0, as: UTF8.self) }
  }
}
