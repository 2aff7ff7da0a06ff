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
package final class SocketSource: ThreadedSource {
  package typealias Settings = SocketSourceSettings

  package let queue = RecordQueue(sensor: SocketSensor.name)
  package let name = SocketSensor.name

  package let running: SourceRun<Settings>
  private let ignored = Mutex<Set<UInt32>>([UInt32(getpid())])

  package init(settings: SocketSourceSettings = SocketSourceSettings()) {
    running = SourceRun(settings)
  }

  deinit { stop() }

  package func open(_ settings: Settings) throws(CordonError) -> (thread: BlockingThread, notes: [String]) {
    // The first look is taken here: a kernel that does not list its sockets is told of at once.
    var history = SocketHistory()
    let (entries, notes) = try Self.listening()
    hand(history.listening(entries, at: FileWatcher.now), ignoring: ignored.withLock { $0 })
    if settings.reportsConnections { _ = history.connected(try SocketDump.connected()) }
    let thread = try BlockingThread(name: "socket") { [weak self, history] stop in
      self?.run(settings, history, stop)
    }
    return (thread, notes)
  }

  /// A kernel may list sockets of TCP alone.
  private static func listening() throws(CordonError) -> (entries: [SocketDump.Entry], notes: [String]) {
    let streams = try SocketDump.listening(.tcp)
    do throws(CordonError) {
      return (streams + (try SocketDump.listening(.udp)), [])
    } catch {
      return (streams, ["Of UDP no socket is seen. \(error.message)"])
    }
  }

  package func ignore(processes: Set<UInt32>) {
    ignored.withLock { $0 = processes.union([UInt32(getpid())]) }
  }

  private func run(_ settings: SocketSourceSettings, _ known: SocketHistory, _ stop: Int32) {
    var history = known
    while BlockingThread.rest(stop: stop, for: settings.interval) {
      do throws(CordonError) {
        let ignored = ignored.withLock { $0 }
        let (entries, notes) = try Self.listening()
        hand(history.listening(entries, at: FileWatcher.now), ignoring: ignored)
        if settings.reportsConnections { hand(history.connected(try SocketDump.connected()), ignoring: ignored) }
        running.say(notes)
      } catch {
        // Such as for want of memory or descriptors: the next look may be luckier.
        running.say([error.message])
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
