import CLinux
import CordonCore
import Glibc

/// Hears at once of what happens to files in some folders, through fanotify also by whom; where the kernel has none or it
/// may not be used, through inotify, which does not say who.
///
/// A hint and no record: folders beyond `folderLimit` are not watched, and what is lost in a flood is found by looking.
struct FolderWatch: ~Copyable {
  /// Folders; a kernel lets a user have some thousands of watches.
  static let folderLimit = 2048

  struct Event: Hashable, Sendable {
    var path: [UInt8]
    /// 0 where it is not known.
    var pid: UInt32
  }

  /// Readable when there is something to take.
  let descriptor: Int32
  /// Whether it says who.
  let saysWho: Bool
  private var watched: [String: Int32] = [:]
  private var folders: [Int32: String] = [:]
  private let handles = FilesystemHandles()
  private var buffer = [UInt8](repeating: 0, count: 16 << 10)

  /// Nil where the kernel has neither for this process.
  init?(ability: FanotifyAbility) {
    let fanotify = ability == .none ? -1 : cordon_fanotify_open(0)
    saysWho = fanotify >= 0
    descriptor = saysWho ? fanotify : inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    guard descriptor >= 0 else { return nil }
  }

  deinit { close(descriptor) }

  /// Watches these, of which some may not be there yet. To be called again now and then: one that was made anew is another.
  mutating func watch(_ wanted: Set<String>) {
    for folder in wanted.sorted().prefix(Self.folderLimit) {
      if saysWho { mark(folder) } else if watched[folder] == nil { add(folder) }
    }
  }

  /// What has happened since the last call.
  mutating func take() -> [Event] {
    var found: [Event] = []
    while found.count < Self.folderLimit {
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return found }
      let bytes = Array(buffer[..<count])
      found += saysWho ? byFanotify(bytes) : byInotify(bytes)
    }
    return found
  }

  private mutating func mark(_ folder: String) {
    guard cordon_fanotify_mark_folder(descriptor, folder) == 0 else { return }
    handles.add(folder)
  }

  private func byFanotify(_ bytes: [UInt8]) -> [Event] {
    FanotifyEvent.decode(bytes).events.compactMap { event in
      guard let place = event.place, let folder = handles.folder(of: place), let path = place.path(in: folder) else {
        return nil
      }
      return Event(path: path, pid: event.pid)
    }
  }

  private mutating func add(_ folder: String) {
    let mask =
      InotifyEvent.closeWrite | InotifyEvent.create | InotifyEvent.delete | InotifyEvent.movedFrom
      | InotifyEvent.movedTo | InotifyEvent.attributes
    let number = inotify_add_watch(descriptor, folder, mask | UInt32(IN_ONLYDIR) | UInt32(IN_DONT_FOLLOW))
    guard number >= 0 else { return }
    watched[folder] = number
    folders[number] = folder
  }

  private mutating func byInotify(_ bytes: [UInt8]) -> [Event] {
    var found: [Event] = []
    for event in InotifyEvent.decode(bytes).events {
      guard let folder = folders[event.watch] else { continue }
      if event.mask & InotifyEvent.ended != 0 {
        folders[event.watch] = nil
        watched[folder] = nil
      }
      found.append(Event(path: Array("\(folder)/".utf8) + event.name, pid: 0))
    }
    return found
  }
}
