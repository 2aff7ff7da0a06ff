import ArgumentParser
import CordonCore
import CordonTrust

struct NamesSignCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Add your signature to a rotation of keys that a colleague prepared.",
    discussion: """
      What is signed is printed first on standard error; the file holds no key that you could read. Hand it in where \
      the rotation was made: there the bundles are replaced with it.

      Examples:
        cordon names sign keys-2.rotation
        cordon names sign keys-2.rotation --submit
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The file that `cordon names rotate` wrote; signatures are added to it.", completion: .file())
  var file: String
  @Flag(help: "Hand it to the collector.") var submit = false

  func run(in session: AdminSession) async throws -> Report {
    let papers = RotationPapers(home: session.home)
    var envelopes = try papers.read(file)
    let first = try KeyRotation(payload: envelopes[0].payload)
    session.environment.complain(
      "Keys of epoch \(first.epoch) for \(envelopes.count) agents, in use from \(TimeText.iso(first.begins)), those "
        + "before kept until \(TimeText.iso(first.linkableUntil))\n")
    let key = try session.home.authorityKey()
    for index in envelopes.indices where !envelopes[index].signatures.contains(where: { $0.keyID == key.id }) {
      try envelopes[index].sign(with: key)
    }
    try papers.write(envelopes, to: file)
    guard submit else {
      return Report(
        "The rotation in \(file) has \(envelopes[0].signatures.count) signatures.",
        ["file": .text(file), "signatures": .integer(Int64(envelopes[0].signatures.count))])
    }
    return try await papers.deliver(envelopes, from: file, in: session)
  }
}
