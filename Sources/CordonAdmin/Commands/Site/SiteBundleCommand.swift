import ArgumentParser
import CordonCore
import CordonTrust

struct SiteBundleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bundle", abstract: "Write what IT installs with an agent, with the newest roster and CA roots.",
    discussion: """
      A bundle holds the keys of pseudonyms: install it root-only (mode 0600), and never on the collector's host. \
      Workstations never get the key of patients' pseudonyms.

      Examples:
        cordon site bundle --profile workstation --out site.bundle
        cordon site bundle --profile gateway --out gateway.bundle
      """)

  enum Profile: String, CaseIterable, ExpressibleByArgument { case workstation, gateway }

  @OptionGroup var common: CommonOptions
  @Option(help: "workstation, or gateway for machines that read EHR, HL7 or DICOM.") var profile: Profile = .workstation
  @Option(help: ArgumentHelp("A new file, of mode 0600.", valueName: "file")) var out: String

  mutating func run() async throws {
    let environment = try AdminEnvironment.get()
    let home = try OperatorHome(common.home, in: environment)
    _ = try home.site()
    var bundle = try SiteBundle.load(from: home.file(SiteFiles.gatewayBundle))
    let newest = try home.roster()
    bundle.roster = newest.envelope
    bundle.roots = try home.trustedRoots().certificates
    try (profile == .gateway ? bundle : bundle.forWorkstations).write(to: out)
    Report(
      "\(out) is a bundle for a \(profile.rawValue), with the roster \(newest.roster.serial).",
      [
        "file": .text(out), "profile": .text(profile.rawValue), "roster_serial": .unsigned(newest.roster.serial),
      ]
    ).print(as: common.printing.output, in: environment)
  }
}
