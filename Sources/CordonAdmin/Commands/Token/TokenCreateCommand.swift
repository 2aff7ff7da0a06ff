import ArgumentParser
import CordonCore
import CordonTrust
import CordonWire

struct TokenCreateCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Make a token with which machines enrol; it is shown once.",
    discussion: """
      The token alone goes to standard output, so that it can be piped or kept in a file; give it to cordon-agent by file \
      or standard input, never on a command line.

      Examples:
        cordon token create --group administration --ttl 2h --out token.txt
        cordon token create --uses 50 --ttl 7d | ssh ws-17 cordon-agent enroll --label ws-17
      """)

  static let longestLife = Duration.seconds(30 * 86_400)

  @OptionGroup var common: CommonOptions
  @Option(help: "The group that machines enrol into.") var group = ""
  @Option(help: "How long it may be used, at most 30d.") var ttl = DurationArgument(.seconds(86_400))
  @Option(help: "How many machines may enrol with it, 1 to 10000.") var uses: UInt32 = 1
  @Option(
    name: .customLong("out"), help: ArgumentHelp("Write it to a new file of mode 0600 instead.", valueName: "file"))
  var outFile: String?

  func validate() throws {
    guard (1...10_000).contains(uses) else { throw ValidationError("--uses must be from 1 to 10000.") }
    guard ttl.duration <= Self.longestLife else { throw ValidationError("--ttl must be at most 30d.") }
  }

  func run(in session: AdminSession) async throws -> Report {
    var request = Cordon_V1_CreateTokenRequest()
    request.group = group
    request.ttlMs = ttl.duration.milliseconds
    request.uses = uses
    let response = try await session.client.createToken(request, options: AdminCall.options)
    let info = response.info
    let until = TimeText.iso(Timestamp(milliseconds: info.notAfterMs))
    session.environment.complain("Token \(info.id): \(info.usesLeft) uses, until \(until). It is not shown again.\n")
    var fields: [JSONValue.Field] = []
    if case .object(let known) = TokenTable.json(info) { fields = known }
    if let outFile {
      try PrivateFile.create(at: outFile, holding: Array((response.token + "\n").utf8))
      fields.append(.init(name: "file", value: .text(outFile)))
      return Report(text: "", json: .object(fields))
    }
    fields.append(.init(name: "token", value: .text(response.token)))
    return Report(text: response.token + "\n", json: .object(fields))
  }
}
