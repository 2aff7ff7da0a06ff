package import CordonCore
import Glibc
import Synchronization

/// What the privileged half of the socket sensor is told.
package struct SocketSourceSettings: Hashable, Sendable {
  /// Connections are told of too: where audit does not see them begin.
  package var reportsConnections: Bool
  /// Between two looks: what is shorter may go unseen.
  package var interval: Duration

  package init(reportsConnections: Bool = false, interval: Duration = .seconds(5)) {
    self.reportsConnections = reportsConnections
    self.interval = interval
  }
}

/// Asks the kernel every few seconds which sockets there are, and hands on what is new; changes nothing.
package final class SocketSource: SensorSource {
  package let queue = RecordQueue(sensor: SocketSensor.name)
  package let name = SocketSensor.name

  private struct State {
    var settings: SocketSourceSettings
    var thread: BlockingThread?
    var ignored: Set<UInt32> = []
    var failure: CordonError?
  }

  private let state: Mutex<State>

  package init(settings: SocketSourceSettings = SocketSourceSettings()) {
    state = Mutex(State(settings: settings, ignored: [UInt32(getpid())]))
  }

  deinit { stop() }

  package var health: SensorHealth {
    state.withLock { state in
      SensorHealth(of: queue, failure: state.failure, notes: state.thread == nil ? nil : [])
    }
  }

  package func start() throws(CordonError) {
    let outcome: Result<Void, CordonError> = state.withLock { state in
      guard state.thread == nil else { return .success(()) }
      do throws(CordonError) {
        let settings = state.settings
        // The first look is taken here: a kernel that does not list its sockets is told of at once.
        var history = SocketHistory()
        hand(history.listening(try SocketDump.listening(), at: FileWatcher.now), ignoring: state.ignored)
        if settings.reportsConnections { _ = history.connected(try SocketDump.connected()) }
        state.thread = try BlockingThread(name: "socket") { [weak self, history] stop in
          self?.run(settings, history, stop)
        }
        state.failure = nil
        return .success(())
      } catch {
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
  }

  package func ignore(processes: Set<UInt32>) {
    state.withLock { $0.ignored = processes.union([UInt32(getpid())]) }
  }

  package func use(_ settings: SocketSourceSettings) throws(CordonError) {
    let isRunning = state.withLock { state in
      state.settings = settings
      return state.thread != nil
    }
    guard isRunning else { return }
    stop()
    try start()
  }

  private func run(_ settings: SocketSourceSettings, _ known: SocketHistory, _ stop: Int32) {
    var history = known
    while BlockingThread.rest(stop: stop, for: settings.interval) {
      do throws(CordonError) {
        let ignored = state.withLock { $0.ignored }
        hand(history.listening(try SocketDump.listening(), at: FileWatcher.now), ignoring: ignored)
        guard settings.reportsConnections else { continue }
        hand(history.connected(try SocketDump.connected()), ignoring: ignored)
      } catch {
        state.withLock { $0.failure = error }
        return
      }
    }
  }

  private func hand(_ found: [(port: ListeningPort, socket: SocketDump.Entry)], ignoring ignored: Set<UInt32>) {
    offer(found.map { ($0.socket, .port($0.port)) }, ignoring: ignored)
  }

  private func hand(_ found: [SocketDump.Entry], ignoring ignored: Set<UInt32>) {
    offer(found.map { ($0, .peer($0.remoteAddress, port: $0.remotePort)) }, ignoring: ignored)
  }

  private func offer(_ found: [(socket: SocketDump.Entry, fact: MachineRecord.Fact)], ignoring ignored: Set<UInt32>) {
    guard !found.isEmpty else { return }
    let owners = SocketOwners.find(Set(found.map(\.socket.inode)).subtracting([0]))
    var processes = ProcessTable()
    let now = FileWatcher.now
    for (socket, fact) in found {
      let owner = owners[socket.inode]
      if let owner, ignored.contains(owner) { continue }
      let facts = owner.flatMap { processes.facts(of: $0, now: now) }
      let record = MachineRecord(
        time: now, process: facts?.process, user: socket.user, loginUser: facts?.loginUser ?? .max, fact: fact)
      queue.offer(record.encoded)
    }
  }
}
