import ArgumentParser
import CordonCore
import CordonTrust
import CordonWire

struct UnsealAskCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "ask", abstract: "Ask for the names that a detection holds sealed.",
    discussion: """
      Prints the names as soon as the agent has answered. Where a patient is among them the order waits for a privacy
      officer; read the answer later with `cordon unseal read`.

      Examples:
        cordon unseal ask 0197c3 --reason "who logged in at night, ticket 4711"
        cordon unseal ask 0197c3 --entity user-3ab9d8b3 --reason "ticket 4711"
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The detection's id, or the start of it.") var detection: String
  @Option(help: "Only these, as `cordon detection show` writes them; may be repeated.") var entity: [String] = []
  @Option(help: "Why; without names. It is kept in the ledger.") var reason: String
  @Option(help: "How long the order is valid, up to 24h.") var within = DurationArgument(.seconds(3600))
  @Option(help: "How long to wait for the answer.") var wait = DurationArgument(.seconds(30))

  func validate() throws {
    guard !reason.isEmpty, reason.utf8.count <= 256 else {
      throw ValidationError("--reason must have 1 to 256 bytes.")
    }
    guard within.duration > .zero, within.duration <= UnsealOrder.mostValidity else {
      throw ValidationError("--within must be at most 24h.")
    }
  }

  func run(in session: AdminSession) async throws -> Report {
    let stored = try await session.detection(named: detection)
    let names = try wanted(of: try stored.detection.domain())
    guard let agent = AgentID(stored.agentID) else {
      throw CordonError(
        .invalid, "no-agent", "No one machine reported this detection, so none holds its names.",
        remedy: "Ask about a detection of the same incident that a machine reported.")
    }
    var randomness = SystemRandomNumberGenerator()
    let id = UniqueID(at: session.now, randomness: &randomness)
    let answer = try AnswerKey.make(for: id, in: session.home)
    let order = UnsealOrder(
      id: id, agentID: agent, names: names, answerKey: answer.publicBytes, reason: reason,
      notAfter: session.now.advanced(by: within.duration))
    do {
      var request = Cordon_V1_AskUnsealRequest()
      request.envelope = Cordon_V1_Envelope(try order.sealed(by: [try session.home.authorityKey()]))
      let asked = try await session.client.askUnseal(request, options: AdminCall.options).unseal
      return try await UnsealPage.answer(of: asked, in: session, within: wait.duration)
    } catch let error as CordonError where error.kind != .unavailable {
      // Nobody was asked: the key is of no use.
      try? answer.destroy()
      throw error
    }
  }

  private func wanted(of detection: Detection) throws(CordonError) -> [SealedEntity] {
    var found: [SealedEntity] = []
    for sealed in detection.entities
    where !sealed.sealedName.isEmpty && !found.contains(where: { $0.entity == sealed.entity }) {
      if entity.isEmpty || entity.contains(sealed.entity.shortName) { found.append(sealed) }
    }
    guard !found.isEmpty, found.count <= UnsealOrder.mostNames else {
      throw CordonError(
        .invalid, "no-sealed-name",
        found.isEmpty
          ? "The detection \(detection.id) holds no such sealed name."
          : "The detection \(detection.id) holds \(found.count) names; an order opens \(UnsealOrder.mostNames).",
        remedy: "`cordon detection show \(detection.id)` lists what it names; choose with --entity.")
    }
    return found
  }
}
