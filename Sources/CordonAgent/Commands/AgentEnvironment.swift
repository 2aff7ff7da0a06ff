package import CordonCore
package import CordonTrust
package import CordonWire

/// What the agent's commands reach of the world; `main` hands in the real one, tests their own.
package struct AgentEnvironment: Sendable {
  package var clock: any WallClock
  package var version: String
  /// Standard output, without a line end of its own.
  package var write: @Sendable (String) -> Void
  /// Standard error, without a line end of its own.
  package var complain: @Sendable (String) -> Void
  /// Reads all of standard input, at most so many bytes.
  package var readInput: @Sendable (_ most: Int) throws(CordonError) -> [UInt8]
  /// The configuration: environment before file. A file that was named must be there; the usual one may be missing.
  package var configuration: @Sendable (_ file: String?) async throws -> AgentConfig
  /// Calls a collector's enrolment port for the time of the body, verified against the roots and nothing else.
  package var enrolment: any EnrolmentConnecting
  /// Runs the daemon's two processes; each returns when it is told to stop.
  package var daemon: any AgentDaemon

  package init(
    clock: any WallClock, version: String, write: @escaping @Sendable (String) -> Void,
    complain: @escaping @Sendable (String) -> Void,
    readInput: @escaping @Sendable (_ most: Int) throws(CordonError) -> [UInt8],
    configuration: @escaping @Sendable (_ file: String?) async throws -> AgentConfig,
    enrolment: any EnrolmentConnecting, daemon: any AgentDaemon
  ) {
    self.clock = clock
    self.version = version
    self.write = write
    self.complain = complain
    self.readInput = readInput
    self.configuration = configuration
    self.enrolment = enrolment
    self.daemon = daemon
  }

  @TaskLocal package static var current: AgentEnvironment?

  /// The environment that the running command was given.
  static func get() throws(CordonError) -> AgentEnvironment {
    guard let current else { throw CordonError(.defect, "environment", "A command ran without its environment.") }
    return current
  }
}

/// Opens a connection to a collector's enrolment port: server-authenticated, before there is a certificate.
package protocol EnrolmentConnecting: Sendable {
  func withClient<Result: Sendable>(
    to address: String, trusting roots: TrustStore,
    _ body: (any Cordon_V1_Enrollment.ClientProtocol) async throws -> Result
  ) async throws -> Result
}

/// The two processes of the daemon.
package protocol AgentDaemon: Sendable {
  /// Root: opens kernel sources, verifies envelopes, contains, undoes; starts the worker and watches over it.
  func runKeeper(_ config: AgentConfig) async throws
  /// The worker's account: parses, pseudonymises, windows, speaks to the collector. Its seam is file descriptor 3.
  func runWorker(_ config: AgentConfig) async throws
}
