import CordonCore
import CordonTelemetry
import CordonTestSupport
import Foundation
import Testing

/// The library under valgrind, and the PAM module in a real sshd on loopback, as a machine's administrator has them.
@Suite struct PAMModuleTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private static func isThere(_ paths: String...) -> Bool {
    paths.allSatisfy { FileManager.default.isExecutableFile(atPath: $0) || FileManager.default.fileExists(atPath: $0) }
  }

  /// Runs a program to its end; its exit code.
  private static func run(_ program: String, _ arguments: [String]) async throws -> Int32 {
    try await withCheckedThrowingContinuation { continuation in
      let process = Process()
      process.executableURL = URL(filePath: program)
      process.arguments = arguments
      process.standardOutput = FileHandle.nullDevice
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
  }

  private static func build(into folder: String) async throws {
    try #require(try await run(root.appending(path: "Scripts/build-sensor").path, ["--out", folder]) == 0)
  }

  @Test(
    .enabled(
      if: isThere("/usr/bin/valgrind", "/usr/include/security/pam_modules.h"),
      "skipped: valgrind or libpam0g-dev missing"))
  func `the example leaks nothing and reads nothing that is not its own`() async throws {
    try await CSensorTests.withSource { source, path in
      let folder = URL(filePath: path).deletingLastPathComponent().path
      try await Self.build(into: folder)
      let checks = ["-q", "--leak-check=full", "--show-leak-kinds=all", "--error-exitcode=9", "\(folder)/gateway"]
      #expect(try await Self.run("/usr/bin/valgrind", checks + [path, "50"]) == 0)
      #expect(try await Self.run("/usr/bin/valgrind", checks + ["\(folder)/none.sock", "50"]) == 0)
      #expect(try await CSensorTests.observations(source, 150).count == 150)
    }
  }

  @Test(
    .enabled(
      if: geteuid() == 0 && isThere("/usr/sbin/sshd", "/usr/bin/openssl", "/usr/include/security/pam_modules.h"),
      "skipped: needs root, sshd, openssl and libpam0g-dev"))
  func `a real sshd's log-ons arrive, and of nobody without a name`() async throws {
    try await CSensorTests.withSource { source, path in
      let folder = URL(filePath: path).deletingLastPathComponent().path
      try await Self.build(into: folder)
      let script = Self.root.appending(path: "Tests/CSensorTests/pam-session").path
      let port = String(Int.random(in: 20_000...29_000))
      try #require(try await Self.run(script, [folder, port]) == 0)

      let found = try await CSensorTests.observations(source, 6)
      let probe = RawAccount.name("cordonprobe")
      #expect(found.count { $0.activity == .logOn && $0.outcome == .success && $0.actor == probe } == 2)
      #expect(found.count { $0.activity == .logOff && $0.actor == probe } == 2)
      #expect(found.count { $0.activity == .logOn && $0.outcome == .failure && $0.actor == probe } == 1)
      let nobody = found.filter { $0.actor == nil }
      #expect(nobody.count == 1)
      for observation in nobody {
        guard case .authentication(let fact) = observation.object else {
          Issue.record("\(observation)")
          continue
        }
        #expect(fact.isOfNobody && fact.service == .ssh)
        #expect(fact.origin == IPAddress("127.0.0.1").map(Authentication.Origin.address))
      }
    }
  }
}
