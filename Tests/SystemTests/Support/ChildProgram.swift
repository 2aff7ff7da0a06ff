import CordonCore
import Foundation
import Glibc

/// A program as a child of the test: started, signalled, awaited; what it says goes to a file.
///
/// For one task at a time.
final class ChildProgram {
  let log: String
  private let process: Process
  private let endings: AsyncStream<Int32>

  /// Where the programs of this build stand: beside the tests, or in the package's build folder.
  static func path(of name: String) throws -> String {
    let beside = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent().path
    for folder in [beside, "\(SystemSite.package.path)/.build/debug"]
    where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)") { return "\(folder)/\(name)" }
    throw CordonError(.missing, "program", "\(name) is not built.", remedy: "swift build")
  }

  /// Starts a program; what it says is appended to the log.
  init(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], input: String? = nil, log: String
  ) throws {
    self.log = log
    process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if !FileManager.default.fileExists(atPath: log) { _ = FileManager.default.createFile(atPath: log, contents: nil) }
    let output = try FileHandle(forWritingTo: URL(filePath: log))
    try output.seekToEnd()
    process.standardOutput = output
    process.standardError = output
    process.standardInput = try input.map { try FileHandle(forReadingFrom: URL(filePath: $0)) } ?? FileHandle.nullDevice
    let (endings, ender) = AsyncStream<Int32>.makeStream()
    self.endings = endings
    process.terminationHandler = {
      ender.yield($0.terminationStatus)
      ender.finish()
    }
    try process.run()
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  var isRunning: Bool { process.isRunning }
  var pid: pid_t { process.processIdentifier }
  var said: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

  /// The most resident bytes that it ever had.
  var mostMemory: Int {
    get throws {
      let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
      let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
      return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) << 10
    }
  }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// The exit status, or the number of the signal that ended it; holds no thread meanwhile.
  @discardableResult
  func ending() async -> Int32 {
    for await status in endings { return status }
    return process.terminationStatus
  }

  /// Ends it without warning.
  func crash() async {
    signal(SIGKILL)
    await ending()
  }

  /// Ends it as an operator would; its exit status.
  @discardableResult
  func stop() async -> Int32 {
    signal(SIGTERM)
    return await ending()
  }

  /// Runs a program to its end and gives back what it wrote; throws where it did not end well.
  @discardableResult
  static func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], input: String? = nil
  ) async throws -> String {
    let log = NSTemporaryDirectory() + "cordon-run-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: log) }
    let child = try ChildProgram(program, arguments, environment: environment, input: input, log: log)
    let status = await child.ending()
    guard status == 0 else {
      throw CordonError(
        .unavailable, "program", "\(program) \(arguments.joined(separator: " ")) ended with \(status): \(child.said)")
    }
    return child.said
  }
}

/// Polls until a condition holds; false once the time is up.
func within(_ limit: Duration, _ condition: () async throws -> Bool) async rethrows -> Bool {
  let deadline = ContinuousClock.now + limit
  while ContinuousClock.now < deadline {
    if try await condition() { return true }
    try? await Task.sleep(for: .milliseconds(50))
  }
  return try await condition()
}
