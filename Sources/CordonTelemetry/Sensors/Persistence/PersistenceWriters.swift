import CordonCore

/// Who wrote lately to a machine's points of persistence: looked up as it happens, for the writer may be gone a moment later.
///
/// Bounded: 2 × `limit` paths, each for `memory`.
struct PersistenceWriters: ~Copyable {
  static let limit = 256
  static let memory = Duration.seconds(60)

  private struct Writer: Sendable {
    var facts: ProcessTable.Facts
    var at: Timestamp
  }

  /// Readable when there is something to hear; -1 where nothing ever is.
  let descriptor: Int32
  /// Something was written since it was last looked at.
  var hasNews = false
  private var watch: FolderWatch?
  private let root: String
  private var processes = ProcessTable()
  private var writers = GenerationCache<[UInt8], Writer>(limit: limit)
  private var files: Set<String> = []
  private var folders: Set<String> = []

  /// - Parameter root: before every path; empty but in tests.
  init(ability: FanotifyAbility, root: String = "") {
    self.root = root
    guard let watch = FolderWatch(ability: ability) else {
      descriptor = -1
      return
    }
    descriptor = watch.descriptor
    self.watch = consume watch
  }

  private init() {
    root = ""
    descriptor = -1
  }

  /// Hears nothing.
  static var none: PersistenceWriters { PersistenceWriters() }

  /// Watches the folders that the points are in.
  mutating func watch(_ points: PersistenceInventory) {
    (files, folders) = ([], [])
    for point in points.points() {
      switch point.form {
      case .file: files.insert(root + point.path)
      case .folder: folders.insert(root + point.path)
      }
    }
    let inner = points.entries.keys.map { Self.folder(of: root + $0) }
    watch?.watch(folders.union(files.map(Self.folder)).union(inner))
  }

  /// Takes in what has happened.
  mutating func hear() {
    let now = FileWatcher.now
    for event in watch?.take() ?? [] {
      let path = String(decoding: event.path, as: UTF8.self)
      let folder = Self.folder(of: path)
      guard files.contains(path) || folders.contains(folder) || folders.contains(Self.folder(of: folder)) else {
        continue
      }
      hasNews = true
      guard event.pid > 0 else { continue }
      let facts =
        processes.facts(of: event.pid, now: now)
        ?? ProcessTable.Facts(process: ObservedProcess(pid: event.pid), user: .max, loginUser: .max)
      writers[Array(path.utf8.dropFirst(root.utf8.count))] = Writer(facts: facts, at: now)
    }
  }

  /// Who wrote to a place last; nil where nobody was seen to.
  mutating func last(of place: [UInt8]) -> ProcessTable.Facts? {
    guard let writer = writers[place], FileWatcher.now.since(writer.at) < Self.memory else { return nil }
    return writer.facts
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }
}
