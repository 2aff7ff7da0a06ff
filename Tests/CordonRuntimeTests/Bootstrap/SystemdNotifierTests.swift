import CordonRuntime
import CordonTestSupport
import Glibc
import Logging
import ServiceLifecycle
import Testing

@Suite struct SystemdNotifierTests {
  /// A datagram socket in the abstract namespace or a folder, as systemd would listen on.
  private func listen(_ name: String) throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(name.utf8)
    if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    #expect(result == 0)
    return descriptor
  }

  /// The next datagram; empty after five seconds without one. It polls, because a blocked thread would starve others.
  private func receive(_ descriptor: Int32) async -> String {
    var buffer = [UInt8](repeating: 0, count: 256)
    var count = -1
    _ = await until {
      count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      return count > 0
    }
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : ""
  }

  @Test(arguments: ["/notify", "@cordon-test-\(getpid())"])
  func saysReadyAliveAndStopping(name: String) async throws {
    try await withTemporaryFolder { folder in
      let path = name.hasPrefix("@") ? name : folder + name
      let descriptor = try listen(path)
      defer { close(descriptor) }
      let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": path, "WATCHDOG_USEC": "20000"])
      // Ends by itself once a sign of life was seen, and so stops the group gracefully.
      let seen = TaskService("seen") {
        for expected in ["READY=1", "WATCHDOG=1", "WATCHDOG=1"] {
          let received = await receive(descriptor)
          #expect(received == expected)
        }
      }
      try await ProgramGroup.run([notifier, seen], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      var last = await receive(descriptor)
      while last == "WATCHDOG=1" { last = await receive(descriptor) }
      #expect(last == "STOPPING=1")
    }
  }

  @Test func isSilentWithoutSystemd() async throws {
    SystemdNotifier(environment: [:]).notify("READY=1")
    SystemdNotifier(environment: ["NOTIFY_SOCKET": "/nowhere/at/all"]).notify("READY=1")
    let tooLong = String(repeating: "x", count: 200)
    SystemdNotifier(environment: ["NOTIFY_SOCKET": tooLong]).notify("READY=1")
  }
}
