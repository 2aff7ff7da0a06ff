import ArgumentParser
import CordonCore
import CordonTrust
import CordonWire
import Glibc

/// Enrols this machine; the token comes from a file or standard input, never from the command line.
struct EnrollCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enroll", abstract: "Enrol this machine with its site's collector.",
    discussion: """
      Needs the site's bundle (BUNDLE in the configuration) and a token from `cordon token create`. The token is read
      from standard input, or from a file of mode 0600; it never stands on a command line, where others could see it.

      Examples:
        cordon-agent enroll --label ward3-ws12 < token
        cordon-agent enroll --label ward3-ws12 --token-file /root/token
      """)

  @OptionGroup var options: AgentOptions
  @Option(help: "What analysts and policies call this machine, such as ward3-ws12.") var label: String
  @Option(help: ArgumentHelp("A file that holds the token (default: standard input).", valueName: "file"))
  var tokenFile: String?
  @Flag(help: "Replace this machine's identity by a new one; the old one should be revoked.") var again = false
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let environment = try AgentEnvironment.get()
    let config = try await options.load(in: environment)
    let address = try config.required("ENROLMENT", config.enrolment)
    let bundle = try SiteBundle.load(from: config.bundle)
    let paths = config.paths
    if !again, (try? AgentIdentity.load(from: paths.identity)) != nil {
      throw CordonError(
        .conflict, "enrolled", "This machine is enrolled already (\(paths.identity)).",
        remedy: "Use --again for a new identity, and revoke the old one with `cordon agent revoke`.")
    }
    let token = try EnrolmentToken(try readToken(in: environment))
    try AgentFolders.prepare(paths, state: config.state, workerAccount: config.user)
    let trust = try TrustStore(domain: bundle.domain, roots: bundle.roots, pinnedTo: token.pin)
    let answer = try await environment.enrolment.withClient(to: address, trusting: trust) { client in
      try await EnrolmentClient(client: client, clock: environment.clock)
        .enrol(with: token, bundle: bundle, label: label, version: environment.version)
    }
    // Keys that were rotated belong to the identity before, and perhaps to another site.
    try PrivateFile.remove(paths.siteKeys)
    try answer.identity.save(in: paths.identity)
    // A collector may only show a roster that the bundle's own root keys signed; a later one comes over the uplink.
    let known = try EnvelopeVerifier.bootstrap(bundle.roster)
    if (try? EnvelopeVerifier(roster: known).successor(answer.roster, at: environment.clock.now)) != nil {
      try PrivateFile.replace(paths.roster, holding: try answer.roster.serialized())
    }
    try AgentFolders.handOver(paths, to: config.user)
    let identity = answer.identity
    try output.write(
      ["label": identity.label, "agent": "\(identity.id)", "group": identity.group],
      as: "enrolled as \(identity.label), agent \(identity.id)"
        + (identity.group.isEmpty ? "\n" : ", group \(identity.group)\n"), in: environment)
  }

  private func readToken(in environment: AgentEnvironment) throws(CordonError) -> String {
    let bytes =
      if let tokenFile {
        try PrivateFile.read(tokenFile, most: EnrolmentToken.mostBytes)
      } else {
        try environment.readInput(EnrolmentToken.mostBytes)
      }
    return String(decoding: bytes, as: UTF8.self)
  }
}
