import ArgumentParser
import CordonCore
import CordonTrust
import CordonWire

struct UnsealAskCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "ask", abstract: "Ask for the names that a detection holds sealed.",
    discussion: """
      Prints the names as soon as the agent has answered. Where a patient is among them the order waits for a privacy
      officer; read the answer later with `cordon unseal read`. Of a user whom the collector alone has scored no sealed
      name is there: a machine that reported the user is asked, and answers if it has met them since its agent started.

      Examples:
        cordon unseal ask 0197c3 --reason "who logged in at night, ticket 4711"
        cordon unseal ask 0197c3 --entity user-3ab9d8b3 --reason "ticket 4711"
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The detection's id, or the start of it.") var detection: String
  @Option(help: "Only these, as `cordon detection show` writes them; may be repeated.") var entity: [String] = []
  @Option(help: "Which machine to ask, by its agent's id, of those that reported the user.") var agent: String?
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
    let asked = try await session.detectionWithReporters(named: detection)
    let names = try wanted(of: try asked.detection.detection.domain(), isOwn: asked.detection.agentID.isEmpty)
    guard let agent = AgentID(agent ?? asked.reporters.first ?? asked.detection.agentID) else {
      throw CordonError(
        .invalid, "no-agent", "No one machine reported this detection, so none holds its names.",
        remedy: "Ask about a detection of the same incident that a machine reported.")
    }
    var randomness = SystemRandomNumberGenerator()
    let id = UniqueID(at: session.now, randomness: &randomness)
    let notAfter = session.now.advanced(by: within.duration)
    let answer = try AnswerKey.make(in: session.home) { key in
      UnsealOrder(id: id, agentID: agent, names: names, answerKey: key, reason: reason, notAfter: notAfter)
    }
    do {
      var request = Cordon_V1_AskUnsealRequest()
      request.envelope = Cordon_V1_Envelope(try answer.order.sealed(by: [try session.home.authorityKey()]))
      let asked = try await session.client.askUnseal(request, options: AdminCall.options).unseal
      return try await UnsealPage.answer(of: asked, in: session, within: wait.duration)
    } catch let error as CordonError where error.kind != .unavailable {
      // Nobody was asked: the key is of no use.
      try? answer.destroy()
      throw error
    }
  }

  /// - Parameter isOwn: the collector raised it: users in it have pseudonyms alone.
  private func wanted(of detection: Detection, isOwn: Bool) throws(CordonError) -> [SealedEntity] {
    var found: [SealedEntity] = []
    for sealed in detection.entities
    where !sealed.sealedName.isEmpty || (isOwn && !sealed.entity.pseudonym.isEmpty) {
      guard !found.contains(where: { $0.entity == sealed.entity }) else { continue }
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
