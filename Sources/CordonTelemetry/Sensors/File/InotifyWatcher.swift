import CLinux
import CordonCore
import Glibc
import Synchronization

/// Watches a file source's folders one by one through inotify, where fanotify cannot be had: it does not say who acts, and
/// what is made in a new folder before that is watched is not seen.
///
/// Bounded: `folderLimit` folders; of more, those nearest to the policy's are watched. The kernel's own overflow is counted.
final class InotifyWatcher: FileWatching {
  static let name = "inotify"
  static let folderLimit = 16_384
  /// Files made lately, so that their first closing is not taken for a rewrite.
  private static let newLimit = 2048

  let descriptor: Int32
  private let scope: FileScope
  private let reportsOpens: Bool
  private let why: String
  private let state = Mutex(State())

  private struct State {
    var folders: [Int32: [UInt8]] = [:]
    /// Folders that are not watched for want of watches.
    var omitted = 0
    var made = GenerationCache<[UInt8], Bool>(limit: newLimit)
    /// Old paths of what is being renamed, by the kernel's cookie.
    var moving = GenerationCache<UInt32, [UInt8]>(limit: 256)
    var budget = SampleBudget()
  }

  /// - Parameter why: why fanotify is not used, in words for people.
  ///
  /// Throws where inotify is refused, or none of the folders is there.
  init(settings: FileSourceSettings, why: String) throws(CordonError) {
    descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    guard descriptor >= 0 else {
      throw CordonError(.exhausted, "inotify-failed", "No inotify is left: \(String(cString: strerror(errno))).")
    }
    scope = FileScope(
      include: settings.policy.paths, exclude: settings.policy.exclude, canaries: settings.canaries)
    reportsOpens = settings.reportsCanaryOpens
    self.why = why
    state.withLock { state in
      for folder in settings.policy.paths { watch(Array(folder.utf8), withInner: true, &state) }
      for folder in scope.canaryFolders { watch(folder, withInner: false, &state) }
    }
    guard state.withLock({ !$0.folders.isEmpty }) else {
      close(descriptor)
      throw CordonError(
        .unavailable, "no-folder-watched", "None of the policy's folders can be watched.",
        remedy: "Name folders that exist under sensors.file.paths of the policy.")
    }
  }

  deinit { close(descriptor) }

  var notes: [String] {
    let (count, omitted) = state.withLock { ($0.folders.count, $0.omitted) }
    var notes = ["\(why) \(count) folders are watched through inotify instead, which does not say who acts."]
    if omitted > 0 { notes.append("\(omitted) more are not watched: see fs.inotify.max_user_watches.") }
    return notes
  }

  func take(_ bytes: [UInt8], into queue: RecordQueue) -> Bool {
    let (events, isWhole) = InotifyEvent.decode(bytes)
    state.withLock { state in
      for event in events {
        if event.mask & InotifyEvent.overflow != 0 {
          queue.countDropped(1)
        } else if event.mask & InotifyEvent.ended != 0 {
          state.folders[event.watch] = nil
        } else if let folder = state.folders[event.watch], !event.name.isEmpty {
          let path = (folder == [0x2F] ? folder : folder + [0x2F]) + event.name
          guard path.count <= CanonicalName.pathLimit else { continue }
          if event.mask & InotifyEvent.onFolder != 0 {
            takeFolder(event, path, &state)
          } else {
            takeFile(event, path, queue, &state)
          }
        }
      }
    }
    return isWhole
  }

  /// A folder that moved takes the paths of all below it along.
  private func takeFolder(_ event: InotifyEvent, _ path: [UInt8], _ state: inout State) {
    if event.mask & InotifyEvent.movedFrom != 0 { state.moving[event.cookie] = path }
    if event.mask & InotifyEvent.movedTo != 0, let old = state.moving[event.cookie] {
      for (watch, folder) in state.folders where folder == old || folder.starts(with: old + [0x2F]) {
        state.folders[watch] = path + folder.dropFirst(old.count)
      }
    }
    if event.mask & (InotifyEvent.create | InotifyEvent.movedTo) != 0, scope.contains(path) {
      watch(path, withInner: true, &state)
    }
  }

  private func takeFile(_ event: InotifyEvent, _ path: [UInt8], _ queue: RecordQueue, _ state: inout State) {
    if event.mask & InotifyEvent.movedFrom != 0 { return state.moving[event.cookie] = path }
    let old = event.mask & InotifyEvent.movedTo != 0 ? state.moving[event.cookie] : nil
    guard scope.contains(path) || old.map(scope.contains) == true else { return }
    let time = FileWatcher.now
    let isCanary = scope.canaries.contains(path)
    func add(_ act: FileRecord.Act, _ file: ObservedFile, from: [UInt8] = []) {
      queue.offer(FileRecord(act: act, time: time, process: nil, file: file, from: from).encoded)
    }
    if event.mask & InotifyEvent.create != 0 { state.made[path] = true }
    if event.mask & InotifyEvent.open != 0, isCanary, reportsOpens {
      add(.open, ObservedFile(path: path, isCanary: true))
    }
    if event.mask & InotifyEvent.closeWrite != 0 {
      let isNew = state.made[path] == true
      // The next closing of the same file rewrites it.
      state.made[path] = nil
      // Cordon's own look at a decoy would be told of as somebody's.
      let content = isCanary ? nil : sample(path, time, &state)
      add(.write, ObservedFile(path: path, content: content, isCanary: isCanary, isNew: isNew))
    }
    if event.mask & InotifyEvent.movedTo != 0 {
      let content = isCanary ? nil : sample(path, time, &state)
      if let old {
        let isEither = isCanary || scope.canaries.contains(old)
        add(.rename, ObservedFile(path: path, content: content, isCanary: isEither), from: old)
      } else {
        // From a folder that nobody watches.
        add(.write, ObservedFile(path: path, content: content, isCanary: isCanary, isNew: true))
      }
    }
    if event.mask & InotifyEvent.delete != 0 { add(.delete, ObservedFile(path: path, isCanary: isCanary)) }
  }

  private func sample(_ path: [UInt8], _ now: Timestamp, _ state: inout State) -> SampledContent? {
    guard state.budget.allows(at: now) else { return nil }
    let opened = Glibc.open(String(decoding: path, as: UTF8.self), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard opened >= 0 else { return nil }
    defer { close(opened) }
    return ContentSample.sample(opened)
  }

  /// Watches a folder, and those in it, nearest first. Links are not followed.
  private func watch(_ folder: [UInt8], withInner: Bool, _ state: inout State) {
    let mask =
      InotifyEvent.closeWrite | InotifyEvent.create | InotifyEvent.delete | InotifyEvent.movedFrom
      | InotifyEvent.movedTo | (reportsOpens ? InotifyEvent.open : 0)
    var next = [folder]
    while !next.isEmpty {
      var inner: [[UInt8]] = []
      for folder in next {
        let text = String(decoding: folder, as: UTF8.self)
        let number =
          state.folders.count < Self.folderLimit
          ? inotify_add_watch(descriptor, text, mask | UInt32(IN_ONLYDIR) | UInt32(IN_DONT_FOLLOW)) : -1
        guard number >= 0 else {
          if errno != ENOENT && errno != ENOTDIR { state.omitted += 1 }
          continue
        }
        state.folders[number] = folder
        if withInner { inner += Self.folders(in: text, folder).filter(scope.contains) }
      }
      next = state.folders.count < Self.folderLimit ? inner : []
      if next.isEmpty { state.omitted += inner.count }
    }
  }

  private static func folders(in text: String, _ folder: [UInt8]) -> [[UInt8]] {
    guard let stream = opendir(text) else { return [] }
    defer { closedir(stream) }
    var found: [[UInt8]] = []
    while let entry = readdir(stream), found.count < folderLimit {
      guard entry.pointee.d_type == UInt8(DT_DIR) else { continue }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in Array(bytes.prefix { $0 != 0 }) }
      if name != [0x2E], name != [0x2E, 0x2E] { found.append((folder == [0x2F] ? folder : folder + [0x2F]) + name) }
    }
    return found
  }
}
