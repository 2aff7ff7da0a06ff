import ArgumentParser
import CordonCore
import CordonWire

struct CommandPreviewCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "preview", abstract: "Show what an action would change and who must sign it; order nothing.",
    discussion: """
      Examples:
        cordon command preview --detection 0197c3 --action block-address
      """)

  @OptionGroup var target: CommandTarget
  @OptionGroup var common: CommonOptions

  func run(in session: AdminSession) async throws -> Report {
    let stored = try await session.detection(named: target.detection)
    var randomness = SystemRandomNumberGenerator()
    let command = try target.command(about: stored, reason: "preview", at: session.now, randomness: &randomness)
    var request = Cordon_V1_PreviewCommandRequest()
    request.command = Cordon_V1_Command(command)
    let response = try await session.client.previewCommand(request, options: AdminCall.options)
    var text = EntityText.action(request.command.action) + "\n"
    text += response.effects.map { "  \(Table.plain($0))\n" }.joined()
    if !response.warnings.isEmpty {
      text += "Warnings:\n" + response.warnings.map { "  \(Table.plain($0))\n" }.joined()
    }
    text += "Signatures needed: \(response.signaturesNeeded)\n"
    return Report(
      text: text,
      json: .fields([
        "action": EntityText.json(request.command.action), "effects": .list(response.effects.map { .text($0) }),
        "warnings": .list(response.warnings.map { .text($0) }),
        "signatures_needed": .integer(Int64(response.signaturesNeeded)),
      ]))
  }
}
