import ArgumentParser
import CordonCore
import CordonTrust

struct TrustAddRootCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "add-root", abstract: "Make a further CA root here, and have the site trust it beside the others.",
    discussion: """
      Its key is written to the home, mode 0600: move it to offline media like the first one. It vouches for nobody \
      until a collector is granted under it: cordon site sign-collector --root.

      Examples:
        cordon trust add-root
        cordon trust add-root --out trust-2.envelope
      """)

  @OptionGroup var common: CommonOptions
  @Option(help: ArgumentHelp("Write it here for other root holders instead of submitting it.", valueName: "file"))
  var out: String?

  func run(in session: AdminSession) async throws -> Report {
    var next = try await TrustInForce.of(session)
    guard next.roots.count < TrustStore.mostRoots else {
      throw CordonError(
        .exhausted, "trust-bundle", "\(TrustStore.mostRoots) CA roots are trusted already.",
        remedy: "Remove one that is no longer used: cordon trust remove-root.")
    }
    let domain = try TrustDomain(try session.home.site().trustDomain)
    let made = try SiteAuthority.addCertificateRoot(in: session.home.path, domain: domain, at: session.now)
    next.serial += 1
    next.add(made.chain)
    session.environment.complain(
      "The CA root \(TrustPage.digest(made.chain)) is in \(made.name).key and .pem: grant a collector under it with "
        + "cordon site sign-collector --root \(made.name).\n")
    var report = try await TrustOutput(out: out).deliver(next, in: session)
    if case .object(let fields) = report.json {
      report.json = .object(fields + [.init(name: "root", value: .text(made.name))])
    }
    return report
  }
}
