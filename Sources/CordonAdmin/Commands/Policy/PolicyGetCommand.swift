import ArgumentParser
import CordonCore
import CordonPolicy

struct PolicyGetCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Print the policy in force for a group, as a file to edit.",
    discussion: """
      Fields that have their default are left out, unless --all is given. The signature is checked against the roster.

      Examples:
        cordon policy get --group administration > administration.yaml
        cordon policy get --all
      """)

  @OptionGroup var common: CommonOptions
  @Option(help: "The group; without it, the policy of every agent that has no other.") var group = ""
  @Flag(help: "Fields with their defaults too.") var all = false

  func run(in session: AdminSession) async throws -> Report {
    let found = try await PolicyInForce.of(group, in: session)
    let yaml = PolicyText.render(found.policy, everything: all)
    let signers = found.signers.joined(separator: ", ")
    let head =
      found.signers.isEmpty
      ? "# No policy is in force: this is what agents do without one.\n"
      : "# Serial \(found.policy.serial), issued \(TimeText.iso(found.policy.issued)), signed by \(signers).\n"
    return Report(
      text: head + yaml,
      json: .fields([
        "serial": .unsigned(found.policy.serial), "issued": .time(found.policy.issued.milliseconds),
        "signed_by": .list(found.signers.map { .text($0) }), "site_serial": .unsigned(found.siteSerial),
        "yaml": .text(yaml),
      ]))
  }
}
