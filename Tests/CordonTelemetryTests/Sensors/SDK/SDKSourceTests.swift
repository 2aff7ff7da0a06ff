import CordonCore
import CordonTelemetry
import CordonTestSupport
import Glibc
import Testing

/// The listening half by itself; the library speaks to it in CSensorTests.
@Suite struct SDKSourceTests {
  @Test(arguments: [([], "/tmp/x"), (["no-such-user"], "/tmp/x")]) func `it says why it does not run`(
    users: [String], path: String
  ) {
    let source = SDKSource(settings: SDKSourceSettings(users: users, path: path))
    #expect(throws: CordonError.self) { try source.start() }
    #expect(source.health.reason.contains("sensors.sdk.users"))
  }

  @Test func `a path that no socket can have is refused, and a file at it stays`() throws {
    try withTemporaryFolder { folder in
      for path in ["", String(repeating: "x", count: 200), "\(folder)/none/s", folder] {
        let source = SDKSource(settings: SDKSourceSettings(users: ["root"], path: path))
        #expect(throws: CordonError.self) { try source.start() }
      }
      #expect(access(folder, F_OK) == 0)
    }
  }

  @Test func `it is started again in place of a socket that was left, and takes its own away`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/sensor.sock"
      let source = SDKSource(settings: SDKSourceSettings(users: ["root"], path: path))
      for _ in 0..<2 {
        try source.start()
        #expect(access(path, W_OK) == 0 && source.health.isRunning)
        try source.use(SDKSourceSettings(users: ["root", "nobody"], path: path))
        #expect(source.health.isRunning)
        source.stop()
        #expect(access(path, F_OK) != 0)
      }
    }
  }
}
