import ArgumentParser
import CordonContainment
import CordonCore
import CordonTelemetry
import CordonTrust

/// Prepares an import of names where their keys are: on an enrolled machine.
struct PseudonymiseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pseudonymise", abstract: "Turn a file of names into pseudonyms and sealed names, for an import.",
    discussion: """
      FILE is CSV; its first row names the columns. Read are kind (user, patient, address, host, device), name, and for
      patients authority; other columns are left out. Every mistake is told with line and column, and then nothing is
      written. Run it as root on an enrolled machine, for patients on a gateway: only there are the keys.

      Examples:
        cordon-agent pseudonymise protected.csv > protected-sealed.csv
        cordon-agent pseudonymise --realm hospital.example staff.csv
      """)

  @OptionGroup var options: AgentOptions
  @Argument(help: "A CSV file; - for standard input.") var file: String
  @Option(help: "Realm of accounts that name none (default: they are this machine's own).") var realm = ""
  @Option(help: "Assigning authority of patients whose row names none.") var authority = ""

  func run() async throws {
    let environment = try AgentEnvironment.get()
    let config = try await options.load(in: environment)
    guard let text = KernelFile.text("/etc/machine-id"), let machine = MachineID(text) else {
      throw CordonError(.missing, "machine-id", "/etc/machine-id does not hold a machine's id.")
    }
    let names = try SiteNames(
      bundle: try SiteBundle.load(from: config.bundle), paths: config.paths, at: environment.clock.now)
    let bytes = file == "-" ? try environment.readInput(CSVTable.mostBytes) : try readFile()
    var job = NameImport(keys: names.keys, machine: machine, realm: realm, authority: authority)
    environment.write(try job.table(bytes, of: file))
  }

  private func readFile() throws(CordonError) -> [UInt8] {
    guard let bytes = try SmallFile.read(file, most: CSVTable.mostBytes) else {
      throw CordonError(.missing, "import", "\(file) is not there.")
    }
    return bytes
  }
}
