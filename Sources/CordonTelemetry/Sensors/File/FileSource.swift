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
/// never content. Changes nothing on the machine but its own marks, which end with its descriptor.
package final class FileSource: SensorSource {
  package let queue = RecordQueue(sensor: FileSensor.name)

  private struct State {
    var settings: FileSourceSettings
    var thread: BlockingThread?
    var watcher: FileWatcher?
    var ignored: Set<UInt32> = []
    var notes: [String] = []
    var failure: CordonError?
  }

  private let state: Mutex<State>

  package init(settings: FileSourceSettings = FileSourceSettings()) {
    state = Mutex(State(settings: settings, ignored: [UInt32(getpid())]))
  }

  deinit { stop() }

  package var name: String { FileSensor.name }

  package var health: SensorHealth {
    state.withLock { state in
      SensorHealth(of: queue, failure: state.failure, notes: state.thread == nil ? nil : state.notes)
    }
  }

  package func start() throws(CordonError) {
    let outcome: Result<Void, CordonError> = state.withLock { state in
      guard state.thread == nil else { return .success(()) }
      do throws(CordonError) {
        let watcher = try FileWatcher(settings: state.settings)
        state.notes = watcher.notes
        watcher.ignored = state.ignored
        state.watcher = watcher
        state.thread = try BlockingThread(name: "file") { [weak self] stop in self?.run(watcher.descriptor, stop) }
        state.failure = nil
        return .success(())
      } catch {
        state.watcher = nil
        state.failure = error
        return .failure(error)
      }
    }
    try outcome.get()
  }

  package func stop() {
    let thread = state.withLock { state in
      defer { state.thread = nil }
      return state.thread
    }
    thread?.stop()
    state.withLock { state in state.watcher = nil }
  }

  package func ignore(processes: Set<UInt32>) {
    state.withLock { state in
      state.ignored = processes.union([UInt32(getpid())])
      state.watcher?.ignored = state.ignored
    }
  }

  /// Takes other folders or decoys; a running source starts again with them.
  package func use(_ settings: FileSourceSettings) throws(CordonError) {
    let isRunning = state.withLock { state in
      state.settings = settings
      return state.thread != nil
    }
    guard isRunning else { return }
    stop()
    try start()
  }

  private func run(_ descriptor: Int32, _ stop: Int32) {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let (isReadable, goesOn) = BlockingThread.waitReadable(descriptor, stop: stop, timeout: .seconds(1))
      guard goesOn else { return }
      guard isReadable else { continue }
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EAGAIN || errno == EINTR { continue }
      guard count > 0 else { return lose("fanotify-lost", errno) }
      let (events, isWhole) = FanotifyEvent.decode(Array(buffer[..<count]))
      guard isWhole else { return lose("fanotify-unreadable", EPROTO) }
      state.withLock { state in
        guard let watcher = state.watcher else { return }
        for event in events { watcher.handle(event, into: queue) }
      }
    }
  }

  private func lose(_ what: String, _ error: Int32) {
    queue.offer(
      FileRecord(act: .tampering, time: FileWatcher.now, process: nil, file: ObservedFile(path: Array(what.utf8)))
        .encoded)
    state.withLock { state in
      state.failure = CordonError(
        .unavailable, what, "The file sensor lost its watch: \(String(cString: strerror(error))).",
        remedy: "The agent starts it again; if this repeats, see the kernel's log.")
    }
  }
}
