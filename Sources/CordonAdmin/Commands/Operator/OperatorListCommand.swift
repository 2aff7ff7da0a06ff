import ArgumentParser
import CordonCore
import CordonWire

struct OperatorListCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List operators and their roles on the collector.",
    discussion: """
      Examples:
        cordon operator list
      """)

  @OptionGroup var common: CommonOptions

  func run(in session: AdminSession) async throws -> Report {
    let operators = try await session.client.listOperators(.init(), options: AdminCall.options).operators
    var table = Table(["NAME", "STATE", "CERTIFICATE ENDS", "ROLES"], empty: "No operators.")
    for person in operators {
      table.add([
        person.name, person.revoked ? "revoked" : "good",
        TimeText.relative(Timestamp(milliseconds: person.certificateNotAfterMs), to: session.now),
        person.roles.joined(separator: ", "),
      ])
    }
    return Report(
      text: table.rendered,
      json: .list(
        operators.map { person in
          .fields([
            "name": .text(person.name), "roles": .list(person.roles.map { .text($0) }),
            "revoked": .flag(person.revoked), "certificate_not_after": .time(person.certificateNotAfterMs),
          ])
        }))
  }
}
