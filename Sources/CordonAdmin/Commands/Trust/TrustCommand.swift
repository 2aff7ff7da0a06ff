import ArgumentParser

struct TrustCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trust", abstract: "Show and change which CA roots the site trusts, and which keys no more.",
    discussion: """
      A new CA root takes the old one's place with no one touching an agent:
        cordon trust add-root                     agents and the collector trust both
        cordon site sign-collector collector.request --root ca-root-… --out collector.grant
        cordon-collector init --grant collector.grant, and start it again
        cordon trust show                         until no agent is behind: they renew by themselves
        cordon trust remove-root DIGEST           the old root is trusted no more
      """,
    subcommands: [
      TrustShowCommand.self, TrustAddRootCommand.self, TrustRemoveRootCommand.self, TrustRevokeKeyCommand.self,
      TrustSignCommand.self,
    ])
}
