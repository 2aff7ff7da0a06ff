import Glibc
import ServiceLifecycle

/// Tells systemd that the program is ready, alive, and stopping (sd_notify(3)); does nothing where it runs elsewhere.
package struct SystemdNotifier: Service {
  private let socketPath: String?
  private let watchdog: Duration?
  private let isAlive: @Sendable () async -> Bool

  /// - Parameters:
  ///   - environment: `NOTIFY_SOCKET` and `WATCHDOG_USEC` are read.
  ///   - isAlive: asked before each sign of life; while it says no, systemd hears nothing and restarts the program.
  package init(environment: [String: String], isAlive: @escaping @Sendable () async -> Bool = { true }) {
    socketPath = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
    watchdog = environment["WATCHDOG_USEC"].flatMap(Int64.init).flatMap { $0 > 0 ? .microseconds($0) : nil }
    self.isAlive = isAlive
  }

  /// As the last service of a group, its start means that all others have started.
  package func run() async throws {
    notify("READY=1")
    // Half of systemd's limit, as sd_watchdog_enabled(3) recommends; without one, wait for the end alone.
    let period = watchdog.map { $0 / 2 } ?? .seconds(3600)
    do {
      try await cancelWhenGracefulShutdown {
        while true {
          if await isAlive() { notify("WATCHDOG=1") }
          try await Task.sleep(for: period)
        }
      }
    } catch is CancellationError {}
    notify("STOPPING=1")
  }

  /// Sends one datagram; whoever listens or not, the program goes on.
  package func notify(_ state: String) {
    guard let socketPath else { return }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var name = Array(socketPath.utf8)
    guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
    // A leading @ stands for the abstract namespace, whose names begin with 0.
    if name.first == UInt8(ascii: "@") { name[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
    let message = Array(state.utf8)
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        _ = sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), generic, length)
      }
    }
  }
}
