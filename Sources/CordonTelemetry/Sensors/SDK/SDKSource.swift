package import CordonCore
import Glibc

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
package final class SDKSource: ThreadedSource {
  package typealias Settings = SDKSourceSettings

  package let queue = RecordQueue(sensor: SDKSensor.name, sizeLimit: SDKSensor.reportLimit)
  package let name = SDKSensor.name

  package let running: SourceRun<Settings>

  package init(settings: SDKSourceSettings = SDKSourceSettings()) { running = SourceRun(settings) }

  deinit { stop() }

  package func open(_ settings: Settings) throws(CordonError) -> (thread: BlockingThread, notes: [String]) {
    let (users, unknown) = try Self.resolve(settings.users)
    let notes = unknown.map { "The user \($0) is not known here." }
    let listener = try SDKListener(path: settings.path)
    let thread = try BlockingThread(name: "sdk") { [weak self, queue] stop in
      var peers = SDKPeers(listener: listener, users: users, queue: queue)
      var refused: UInt64 = 0
      peers.serve(until: stop) { more in
        guard more > 0 else { return }
        refused += more
        self?.running.say(notes + ["\(refused) connections of others were refused."])
      }
      unlink(settings.path)
    }
    return (thread, notes)
  }

  /// Cordon's own programs report nothing here.
  package func ignore(processes: Set<UInt32>) {}

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
