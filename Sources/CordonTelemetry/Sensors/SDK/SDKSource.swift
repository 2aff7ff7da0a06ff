import CLinux
package import CordonCore
import Glibc
import Synchronization

/// What the listening half of the SDK's sensor is told.
package struct SDKSourceSettings: Hashable, Sendable {
  /// Accounts whose programs may report.
  package var users: [String]
  /// Of the socket.
  package var path: String

  package init(users: [String] = [], path: String = "") {
    self.users = users
    self.path = path
  }
}

/// Listens on a Unix socket for the reports of programs of allowed users; hands on packets, unread.
///
/// The kernel says who connects. Each connection's packets wait in its own buffer of the kernel, which is read in turn, so
/// many at a time, and only while the queue has room: a program that floods fills its own buffer, its library drops and
/// counts, and the others lose nothing.
package final class SDKSource: SensorSource {
  package let queue = RecordQueue(sensor: SDKSensor.name, sizeLimit: SDKSensor.reportLimit)

  private struct State {
    var settings: SDKSourceSettings
    var thread: BlockingThread?
    var path = ""
    var notes: [String] = []
    var refused: UInt64 = 0
    var failure: CordonError?
  }

  private let state: Mutex<State>

  package init(settings: SDKSourceSettings = SDKSourceSettings()) { state = Mutex(State(settings: settings)) }

  deinit { stop() }

  package var name: String { SDKSensor.name }

  package var health: SensorHealth {
    state.withLock { state in
      let refused = state.refused == 0 ? [] : ["\(state.refused) connections of others were refused."]
      return SensorHealth(
        of: queue, failure: state.failure, notes: state.thread == nil ? nil : state.notes + refused)
    }
  }

  package func start() throws(CordonError) {
    let outcome: Result<Void, CordonError> = state.withLock { state in
      guard state.thread == nil else { return .success(()) }
      do throws(CordonError) {
        let (users, unknown) = try Self.resolve(state.settings.users)
        let listener = try SDKListener(path: state.settings.path)
        state.notes = unknown.map { "The user \($0) is not known here." }
        state.path = state.settings.path
        state.thread = try BlockingThread(name: "sdk") { [weak self, queue] stop in
          var peers = SDKPeers(listener: listener, users: users, queue: queue)
          peers.serve(until: stop) { self?.countRefused($0) }
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
    let (thread, path) = state.withLock { state in
      defer { state.thread = nil }
      return (state.thread, state.path)
    }
    guard let thread else { return }
    thread.stop()
    unlink(path)
  }

  /// Cordon's own programs report nothing here.
  package func ignore(processes: Set<UInt32>) {}

  /// Takes other users; a running source starts again with them.
  package func use(_ settings: SDKSourceSettings) throws(CordonError) {
    let isRunning = state.withLock { state in
      state.settings = settings
      return state.thread != nil
    }
    guard isRunning else { return }
    stop()
    try start()
  }

  private func countRefused(_ count: UInt64) { state.withLock { $0.refused += count } }

  /// Numbers of users, and names that the machine does not know.
  private static func resolve(_ users: [String]) throws(CordonError) -> (known: Set<UInt32>, unknown: [String]) {
    var (known, unknown) = (Set<UInt32>(), [String]())
    for user in users {
      if let number = uid(of: user) { known.insert(number) } else { unknown.append(user) }
    }
    guard !known.isEmpty else {
      throw CordonError(
        .invalid, "sdk-users-missing", "No user of this machine may report to the sensor.",
        remedy: "Name them in sensors.sdk.users of the policy.")
    }
    return (known, unknown)
  }

  private static func uid(of user: String) -> UInt32? {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 16_384)
    guard getpwnam_r(user, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
    return entry.pw_uid
  }
}
