import ArgumentParser
import CordonCore
import CordonTrust

struct RosterRenewCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "renew", abstract: "Extend the roster's life: nothing is obeyed under an expired one.",
    discussion: """
      Examples:
        cordon roster renew
        cordon roster renew --for 180d
      """)

  static let lives: ClosedRange<Duration> = .seconds(86_400) ... .seconds(2 * 365 * 86_400)

  @OptionGroup var common: CommonOptions
  @Option(name: .customLong("for"), help: "How long from now, 1d to 730d.")
  var life = DurationArgument(.seconds(365 * 86_400))
  @OptionGroup var output: RosterOutput

  func validate() throws {
    guard Self.lives.contains(life.duration) else { throw ValidationError("--for must be from 1d to 730d.") }
  }

  func run(in session: AdminSession) async throws -> Report {
    let known = try await RosterInForce.of(session).roster
    var next = known
    next.serial += 1
    next.notAfter = session.now.advanced(by: life.duration)
    return try await output.deliver(next, after: known, in: session)
  }
}
