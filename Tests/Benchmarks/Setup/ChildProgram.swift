import CordonCore
import CordonRuntime
import Foundation

/// A server in a process of its own, ended when the body returns.
enum ChildProgram {
  /// Starts a program of this build, waits until its port answers, and ends it afterwards.
  static func run<Value>(
    _ program: String, _ arguments: [String], endpoint: NetworkEndpoint, log: String,
    _ body: (Int32) async throws -> Value
  ) async throws -> Value {
    let process = Process()
    process.executableURL = Bundle.main.executableURL?.deletingLastPathComponent().appendingPathComponent(program)
    process.arguments = arguments
    _ = FileManager.default.createFile(atPath: log, contents: nil)
    let output = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
    process.standardOutput = output
    process.standardError = output
    try process.run()
    do {
      try await waitUntilOpen(endpoint, process, log: log)
      let value = try await body(process.processIdentifier)
      process.terminate()
      process.waitUntilExit()
      return value
    } catch {
      process.terminate()
      process.waitUntilExit()
      throw error
    }
  }

  private static func waitUntilOpen(_ endpoint: NetworkEndpoint, _ process: Process, log: String) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while !Ports.isOpen(endpoint.port) {
      guard process.isRunning, ContinuousClock.now < deadline else {
        let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        throw CordonError(.unavailable, "bench-server", "The server did not start.\n\(said.suffix(2_000))")
      }
      try await ContinuousClock().sleep(for: .milliseconds(50))
    }
  }
}
