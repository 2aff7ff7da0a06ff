import CLinux
import CordonCore
import Glibc
import Synchronization

/// The fanotify group of a file source, and what it knows about handles and processes.
final class FileWatcher: FileWatching {
  static let name = "fanotify"
  /// Folders whose paths are remembered, in each of two generations.
  static let folderLimit = 4096
  /// Files made lately, so that their first closing is not taken for a rewrite.
  static let newLimit = 2048

  let descriptor: Int32
  let notes: [String]
  private let scope: FileScope
  private let reportsOpens: Bool
  private let ability: FanotifyAbility
  private let ignored: IgnoredProcesses
  private let filesystems: FilesystemHandles
  private let state: Mutex<State>

  private struct State {
    var folders = GenerationCache<[UInt8], [UInt8]>(limit: folderLimit)
    var made = GenerationCache<[UInt8], UInt32>(limit: newLimit)
    /// Old paths of files that are being renamed, by process, where a rename is two events.
    var moving = GenerationCache<UInt32, [UInt8]>(limit: 256)
    var processes = ProcessTable()
    var budget = SampleBudget()
  }

  /// Marks the file systems of all folders; throws where fanotify is refused or none could be marked.
  init(settings: FileSourceSettings, ignoring ignored: IgnoredProcesses) throws(CordonError) {
    let (descriptor, ability) = try Self.group(atMost: settings.ability)
    let mask = cordon_fanotify_mask(settings.reportsCanaryOpens ? 1 : 0, ability == .renames ? 1 : 0)
    var filesystems: [[UInt8]: Int32] = [:]
    var notes = [ability.note].filter { !$0.isEmpty }
    for folder in settings.policy.paths + Set(settings.canaries.map { FileWatcher.folder(of: $0) }).sorted() {
      if let problem = Self.mark(folder, descriptor, mask, &filesystems) { notes.append(problem) }
    }
    guard !filesystems.isEmpty else {
      close(descriptor)
      throw CordonError(
        .unavailable, "no-folder-watched",
        notes.isEmpty ? "The policy names no folder for the file sensor." : notes.joined(separator: " "),
        remedy: "Name folders that exist, on local file systems, under sensors.file.paths of the policy.")
    }
    self.descriptor = descriptor
    self.ability = ability
    self.ignored = ignored
    self.notes = notes
    self.filesystems = FilesystemHandles(filesystems)
    reportsOpens = settings.reportsCanaryOpens
    scope = FileScope(
      include: settings.policy.paths, exclude: settings.policy.exclude, canaries: settings.canaries)
    state = Mutex(State())
  }

  deinit { close(descriptor) }

  static var now: Timestamp {
    var clock = timespec()
    clock_gettime(CLOCK_REALTIME, &clock)
    return Timestamp(milliseconds: Int64(clock.tv_sec) * 1000 + Int64(clock.tv_nsec) / 1_000_000)
  }

  func take(_ bytes: [UInt8], into queue: RecordQueue) -> Bool {
    let (events, isWhole) = FanotifyEvent.decode(bytes)
    for event in events { handle(event, into: queue) }
    return isWhole
  }

  private func handle(_ event: FanotifyEvent, into queue: RecordQueue) {
    if event.mask & FanotifyEvent.overflow != 0 { return queue.countDropped(1) }
    guard !ignored.contains(event.pid) else { return }
    state.withLock { state in
      if event.mask & FanotifyEvent.onFolder != 0 {
        // A folder that moved takes the paths of all below it along.
        let leaves = FanotifyEvent.rename | FanotifyEvent.movedFrom | FanotifyEvent.movedTo | FanotifyEvent.delete
        if event.mask & leaves != 0 { state.folders.removeAll() }
        return
      }
      for record in records(of: event, &state) { queue.offer(record.encoded) }
    }
  }

  private func records(of event: FanotifyEvent, _ state: inout State) -> [FileRecord] {
    guard let place = event.place, var path = path(of: place, &state) else { return [] }
    var newPath = event.newPlace.flatMap { self.path(of: $0, &state) }
    if event.mask & FanotifyEvent.movedFrom != 0 { state.moving[event.pid] = path }
    if event.mask & FanotifyEvent.movedTo != 0, let old = state.moving[event.pid] {
      (path, newPath) = (old, path)
      state.moving[event.pid] = nil
    }
    guard scope.contains(path) || newPath.map(scope.contains) == true else { return [] }
    let time = Self.now
    let facts = state.processes.facts(of: event.pid, now: time)
    let process = facts?.process ?? (event.pid > 0 ? ObservedProcess(pid: event.pid) : nil)
    let isCanary = scope.canaries.contains(path)
    // Without the handle of what was made, a file is known by its place.
    let identity =
      ability == .renames
      ? event.file.map { $0.filesystem + $0.handle } : place.filesystem + place.folder + place.name
    if event.mask & FanotifyEvent.create != 0, let identity { state.made[identity] = event.pid }
    var found: [FileRecord] = []
    func add(_ act: FileRecord.Act, _ file: ObservedFile, from: [UInt8] = []) {
      found.append(
        FileRecord(
          act: act, time: time, process: process, user: facts?.user ?? .max, loginUser: facts?.loginUser ?? .max,
          file: file, from: from))
    }
    if event.mask & FanotifyEvent.open != 0, isCanary, reportsOpens {
      add(.open, ObservedFile(path: path, isCanary: true))
    }
    if event.mask & FanotifyEvent.closeWrite != 0 {
      let isNew = identity.map { state.made[$0] == event.pid } ?? false
      // The next closing of the same file rewrites it.
      if let identity { state.made[identity] = nil }
      add(.write, ObservedFile(path: path, content: sample(event, time, &state), isCanary: isCanary, isNew: isNew))
    }
    if event.mask & (FanotifyEvent.rename | FanotifyEvent.movedTo) != 0, let newPath {
      let isEither = isCanary || scope.canaries.contains(newPath)
      add(.rename, ObservedFile(path: newPath, content: sample(event, time, &state), isCanary: isEither), from: path)
    }
    if event.mask & FanotifyEvent.delete != 0 { add(.delete, ObservedFile(path: path, isCanary: isCanary)) }
    return found
  }

  private func path(of place: FanotifyEvent.Place, _ state: inout State) -> [UInt8]? {
    let key = place.filesystem + place.folder
    let folder: [UInt8]
    if let known = state.folders[key] {
      folder = known
    } else {
      folder = filesystems.folder(of: place) ?? []
      state.folders[key] = folder
    }
    return folder.isEmpty ? nil : place.path(in: folder)
  }

  private func sample(_ event: FanotifyEvent, _ now: Timestamp, _ state: inout State) -> SampledContent? {
    guard let file = event.file, state.budget.allows(at: now) else { return nil }
    let opened = filesystems.open(file)
    guard opened >= 0 else { return nil }
    defer { close(opened) }
    return ContentSample.sample(opened)
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }

  private static func mark(
    _ folder: String, _ descriptor: Int32, _ mask: UInt64, _ filesystems: inout [[UInt8]: Int32]
  ) -> String? {
    let opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard opened >= 0 else { return "\(folder) is not watched: \(String(cString: strerror(errno)))." }
    var id = [UInt8](repeating: 0, count: 8)
    guard cordon_filesystem_id(opened, &id) == 0, filesystems[id] == nil else {
      close(opened)
      return nil
    }
    guard cordon_fanotify_mark_filesystem(descriptor, 1, mask, folder) == 0 else {
      let text = String(cString: strerror(errno))
      close(opened)
      return "\(folder) is not watched: its file system cannot be marked (\(text))."
    }
    filesystems[id] = opened
    return nil
  }

  /// The most that the kernel can do; throws where that is too little.
  private static func group(atMost most: FanotifyAbility) throws(CordonError) -> (Int32, FanotifyAbility) {
    var error = EINVAL
    for ability in [FanotifyAbility.renames, .moves] where ability <= most {
      let descriptor = cordon_fanotify_open(ability == .renames ? 1 : 0)
      if descriptor >= 0 { return (descriptor, ability) }
      error = errno
      guard error == EINVAL else { break }
    }
    throw refusal(error)
  }

  private static func refusal(_ error: Int32) -> CordonError {
    let text = String(cString: strerror(error))
    return switch error {
    case EPERM:
      CordonError(
        .denied, "fanotify-denied", "The kernel does not let this process watch file systems: \(text).",
        remedy: "Run the keeper as root with CAP_SYS_ADMIN, outside of containers.")
    case EINVAL, ENOSYS:
      CordonError(
        .unavailable, "fanotify-too-old", "The kernel's fanotify does not report names: \(text).",
        remedy: "Use Linux 5.9 or later (5.17 for all of it), built with CONFIG_FANOTIFY.")
    default:
      CordonError(.unavailable, "fanotify-failed", "The kernel's fanotify cannot be opened: \(text).")
    }
  }
}
