import CLinux
package import CordonCore
import Glibc
import Synchronization

/// What the privileged half of the file sensor is told.
package struct FileSourceSettings: Hashable, Sendable {
  package var policy: Policy.FileSensor
  /// Decoys that stand; watched wherever they lie.
  package var canaries: [String]
  /// Whether opening a decoy is reported too; backup and search programs open everything.
  package var reportsCanaryOpens: Bool
  /// No more of the kernel is used than this; tests make it older.
  package var ability: FanotifyAbility

  package init(
    policy: Policy.FileSensor = Policy.FileSensor(), canaries: [String] = [], reportsCanaryOpens: Bool = false,
    ability: FanotifyAbility = .renames
  ) {
    self.policy = policy
    self.canaries = canaries
    self.reportsCanaryOpens = reportsCanaryOpens
    self.ability = ability
  }
}

/// Watches the file systems of the policy's folders through fanotify, notification class only: nothing ever waits for it.
///
/// Resolves handles to paths, looks up who acted, and samples the entropy of what was written; hands on `FileRecord`s,
/// never content. Changes nothing on the machine but its own marks, which end with its descriptor. Where fanotify cannot be
/// had, the folders are watched through inotify, and nobody is told to have acted.
package final class FileSource: ThreadedSource {
  package typealias Settings = FileSourceSettings

  package let name = FileSensor.name
  package let queue = RecordQueue(sensor: FileSensor.name)
  package let running: SourceRun<Settings>

  private let ignored = IgnoredProcesses([UInt32(getpid())])

  package init(settings: FileSourceSettings = FileSourceSettings()) { running = SourceRun(settings) }

  deinit { stop() }

  package func open(_ settings: Settings) throws(CordonError) -> (thread: BlockingThread, notes: [String]) {
    let watcher = try watcher(settings)
    let thread = try BlockingThread(name: name) { [weak self] stop in self?.run(watcher, stop) }
    return (thread, watcher.notes)
  }

  package func ignore(processes: Set<UInt32>) { ignored.replace(by: processes.union([UInt32(getpid())])) }

  /// Does what would look like somebody else's doing, where the kernel does not say whose it is.
  package func unwatched(_ body: () -> Void) {
    let wasRunning = health.isRunning
    stop()
    body()
    if wasRunning { try? start() }
  }

  private func watcher(_ settings: Settings) throws(CordonError) -> any FileWatching {
    do throws(CordonError) {
      return try FileWatcher(settings: settings, ignoring: ignored)
    } catch {
      // Refused, too old, or on file systems that it cannot mark, such as a container's.
      let refusal = error
      do throws(CordonError) { return try InotifyWatcher(settings: settings, why: refusal.message) } catch {
        throw refusal
      }
    }
  }

  private func run(_ watcher: any FileWatching, _ stop: Int32) {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let (isReadable, goesOn) = BlockingThread.waitReadable(watcher.descriptor, stop: stop, timeout: .seconds(1))
      guard goesOn else { return }
      guard isReadable else { continue }
      let count = read(watcher.descriptor, &buffer, buffer.count)
      if count < 0, errno == EAGAIN || errno == EINTR { continue }
      guard count > 0 else { return lose(watcher, "lost", errno) }
      guard watcher.take(Array(buffer[..<count]), into: queue) else { return lose(watcher, "unreadable", EPROTO) }
    }
  }

  private func lose(_ watcher: any FileWatching, _ how: String, _ error: Int32) {
    let what = "\(type(of: watcher).name)-\(how)"
    queue.offer(
      FileRecord(act: .tampering, time: FileWatcher.now, process: nil, file: ObservedFile(path: Array(what.utf8)))
        .encoded)
    running.fail(
      CordonError(
        .unavailable, what, "The file sensor lost its watch: \(String(cString: strerror(error))).",
        remedy: "The agent starts it again; if this repeats, see the kernel's log."))
  }
}
