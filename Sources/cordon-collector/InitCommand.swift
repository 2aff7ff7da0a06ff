import ArgumentParser
import CordonCollector
import CordonCore
import CordonRuntime
import CordonTrust

/// Makes a collector's keys and its request, or installs what the site's holders signed.
struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make keys and a request for the site, or install the site's grant.",
    discussion: """
      Without --grant, makes the collector's keys and writes collector.request; carry it to the site's holders.
      With --grant, checks what they signed against these keys and installs it.

      Examples:
        cordon-collector init --name c1 --dns collector.st-elsewhere.example
        cordon-collector init --grant collector.grant
      """)

  @OptionGroup var options: StateOptions
  @Option(help: "The collector's name, as in its certificate.") var name: String = "main"
  @Option(name: .customLong("dns"), help: "A DNS name under which agents reach it; may be repeated.")
  var dnsNames: [String] = []
  @Option(name: .customLong("address"), help: "An IP address under which agents reach it; may be repeated.")
  var addresses: [String] = []
  @Option(help: "The file that the site's holders made of the request.") var grant: String?
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await CollectorProgram.reporting {
      if let grant { try await install(grant) } else { try prepare() }
    }
  }

  private func prepare() throws {
    var bytes: [[UInt8]] = []
    for text in addresses {
      guard let address = IPAddress(text) else {
        throw CordonError(.invalid, "address", "“\(text)” is not an IP address.", remedy: "Write 10.1.2.3 or fd00::1.")
      }
      bytes.append(address.bytes)
    }
    let names = try ServerNames(dns: dnsNames, addresses: bytes)
    try CollectorFolder.make(options.state)
    _ = try CollectorIdentity.prepare(in: options.state, name: name, names: names)
    try LedgerKeyFile.create(in: options.state)
    let request = "\(options.state)/\(CollectorIdentity.Files.request)"
    try output.say(
      ["request": request],
      """
      Keys made in \(options.state).
      Carry \(request) to the site's holders (cordon site sign-collector),
      then: cordon-collector init --state \(options.state) --grant FILE
      """)
  }

  private func install(_ path: String) async throws {
    let bytes = try CollectorFolder.read(path)
    let grant = try CollectorGrant(serialized: bytes)
    let clock = SystemClock()
    let identity = try await CollectorIdentity.accept(grant, in: options.state, at: clock.now)
    let key = try LedgerKeyFile.publish(in: options.state, domain: grant.domain)
    try output.say(
      ["collector": try identity.name, "site": grant.site, "ledger_key": key],
      """
      The collector “\(try identity.name)” of \(grant.site) is ready: cordon-collector run --state \(options.state)
      Key of its ledger, for cordon ledger verify: \(key)
      """)
  }
}
