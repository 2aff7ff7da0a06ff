import ArgumentParser
import CordonCore
import CordonTrust
import CordonWire

struct TrustRemoveRootCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove-root", abstract: "Have the site trust a CA root no more.",
    discussion: """
      Refused while agents are behind, whose certificates may still chain to it: they could not connect any more, and \
      would have to be enrolled again. Your own certificate is renewed first.

      Examples:
        cordon trust show
        cordon trust remove-root 3f09c1
        cordon trust remove-root 3f09c1 --force
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The root's digest, or the start of it, as cordon trust show writes it.") var digest: String
  @Option(help: ArgumentHelp("Write it here for other root holders instead of submitting it.", valueName: "file"))
  var out: String?
  @Flag(help: "Even where agents are behind, such as when the root's key is stolen.") var force = false

  func run(in session: AdminSession) async throws -> Report {
    var next = try await TrustInForce.of(session)
    let chosen = next.rootDigests.filter { $0.description.hasPrefix(digest.lowercased()) }
    guard chosen.count == 1, let root = chosen.first, !digest.isEmpty else {
      throw CordonError(
        chosen.isEmpty ? .missing : .conflict, "root",
        "\(chosen.count) trusted CA roots begin with \(digest.prefix(64)).",
        remedy: "cordon trust show lists them.")
    }
    let behind = try await session.client.getTrust(.init(), options: AdminCall.options).agentsBehind
    guard force || behind == 0 else {
      throw CordonError(
        .conflict, "agents-behind", "\(behind) agents still have certificates of an older authority.",
        remedy: "Wait until they have renewed (cordon trust show), or use --force and enrol them again.")
    }
    next.serial += 1
    next.remove(root)
    try await renewOwn(under: next, in: session)
    return try await TrustOutput(out: out).deliver(next, in: session)
  }

  /// An admin must not lock themselves out.
  private func renewOwn(under next: TrustBundle, in session: AdminSession) async throws {
    let access = try session.home.collectorAccess()
    let trust = try TrustStore(domain: access.trust.domain, roots: next.roots)
    let verifier = PeerVerifier(trust: trust, clock: session.environment.clock, accepting: [.operator], as: .client)
    if (try? await verifier.verify(access.chain)) != nil { return }
    let chain = try await CertificateCare.renewNow(access, session.home, session.identity)
    do {
      _ = try await verifier.verify(chain)
    } catch {
      throw CordonError(
        .conflict, "own-certificate", "The collector still issues certificates under the root that is to go.",
        remedy: "Grant the collector under a later root first: cordon site sign-collector --root.")
    }
  }
}
