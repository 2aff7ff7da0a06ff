import Foundation
import Glibc
import Testing

/// Installs, starts and removes the packages: `package-test`, with the programs that were built beside these tests.
@Suite struct PackageTests {
  private static let root = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL

  /// Where the programs and this test's own program stand.
  private static var binaries: String {
    URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent().path
  }

  @Test func packagesInstallStartAndGo() async throws {
    let script = Self.root.appending(path: "Tests/SystemTests/package-test")
    guard getuid() == 0 else {
      print("PackageTests: skipped: dpkg --root needs root")
      return
    }
    let folder = ["\(Self.root.path)/.build/debug", Self.binaries]
      .first { FileManager.default.isExecutableFile(atPath: "\($0)/cordon-collector") }
    let log = FileManager.default.temporaryDirectory.appending(path: "cordon-package-test-\(getpid()).log")
    _ = FileManager.default.createFile(atPath: log.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: log) }
    let status = try await Self.run(script, [try #require(folder, "the programs are not built: swift build")], log: log)
    let said = String(decoding: try Data(contentsOf: log), as: UTF8.self)
    #expect(status == 0, "\(said)")
    #expect(said.hasSuffix("package-test: passed\n"), "\(said)")
  }

  /// Waits without holding a thread: other tests need the few that there are.
  private static func run(_ program: URL, _ arguments: [String], log: URL) async throws -> Int32 {
    let output = try FileHandle(forWritingTo: log)
    return try await withCheckedThrowingContinuation { continuation in
      let process = Process()
      process.executableURL = program
      process.arguments = arguments
      process.standardOutput = output
      process.standardError = output
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
  }
}
