package import CordonCore

/// What the commands reach of the world: the clock, files' defaults, the terminal, the collector.
///
/// `main` hands in the real one, tests their own; a command reads it with `AdminEnvironment.get()`.
package struct AdminEnvironment: Sendable {
  package var clock: any WallClock
  /// Environment variables.
  package var variables: [String: String]
  /// Writes to standard output, without a line end of its own.
  package var write: @Sendable (String) -> Void
  /// Writes to standard error, without a line end of its own.
  package var complain: @Sendable (String) -> Void
  /// Whether standard error is a terminal, which decides on progress lines.
  package var showsProgress: Bool
  /// Reads all of standard input, at most so many bytes.
  package var readInput: @Sendable (_ most: Int) throws(CordonError) -> [UInt8]
  package var connector: any AdminConnecting
  /// How long the collector has for a call that moves little; the ledger's export has no limit, since it may be long.
  package var callDeadline: Duration

  package static let usualCallDeadline = Duration.seconds(30)

  package init(
    clock: any WallClock, variables: [String: String], write: @escaping @Sendable (String) -> Void,
    complain: @escaping @Sendable (String) -> Void, showsProgress: Bool,
    readInput: @escaping @Sendable (_ most: Int) throws(CordonError) -> [UInt8], connector: any AdminConnecting,
    callDeadline: Duration = usualCallDeadline
  ) {
    self.clock = clock
    self.variables = variables
    self.write = write
    self.complain = complain
    self.showsProgress = showsProgress
    self.readInput = readInput
    self.connector = connector
    self.callDeadline = callDeadline
  }

  @TaskLocal package static var current: AdminEnvironment?

  /// The environment that the running command was given.
  static func get() throws(CordonError) -> AdminEnvironment {
    guard let current else { throw CordonError(.defect, "environment", "A command ran without its environment.") }
    return current
  }
}
