import CordonAdmin
import CordonCore
import CordonTestSupport
import Synchronization

/// Runs `cordon` within the test's process, with a home, a clock and a collector of its own.
final class CommandHarness: Sendable {
  /// What a run printed and how it ended.
  struct Run: Sendable {
    var code: Int32
    var output: String
    var errors: String
  }

  let folder: String
  let clock: FakeClock
  let collector: FakeCollector
  private let input = Mutex<[UInt8]>([])
  private let printed = Mutex<(output: String, errors: String)>(("", ""))

  init(folder: String) {
    self.folder = folder
    clock = FakeClock()
    collector = FakeCollector(clock: clock)
  }

  var home: String { "\(folder)/home" }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// Runs arguments with this home, unless they name another.
  func run(_ arguments: String..., input bytes: [UInt8] = []) async -> Run { await run(arguments, input: bytes) }

  func run(_ arguments: [String], input bytes: [UInt8] = [], isConnected: Bool = true) async -> Run {
    printed.withLock { $0 = ("", "") }
    input.withLock { $0 = bytes }
    let environment = AdminEnvironment(
      clock: clock, variables: ["CORDON_HOME": home, "HOME": folder],
      write: { text in self.printed.withLock { $0.output += text } },
      complain: { text in self.printed.withLock { $0.errors += text } }, showsProgress: false,
      readInput: { (most) throws(CordonError) in
        let bytes = self.input.withLock { $0 }
        guard bytes.count <= most else { throw CordonError(.invalid, "oversized", "Too much input.") }
        return bytes
      }, connector: collector, callDeadline: .seconds(600))
    let code = await CordonCommand.execute(arguments, in: environment)
    return printed.withLock { Run(code: code, output: $0.output, errors: $0.errors) }
  }

  /// Founds a site whose root keys, operator `ann`, and collector are all here.
  func found() async throws {
    let made = await run(
      "site", "init", "--site", "St. Elsewhere", "--trust-domain", "st-elsewhere.example", "--operator", "ann",
      "--collector", "127.0.0.1:7443")
    guard made.code == 0 else { throw CordonError(.defect, "found", made.errors) }
    try await collector.admit(to: self)
  }
}
