import CordonCore
import CordonTelemetry
import CordonTrust
import CordonWire

/// Questions for names as a table, one in detail, and the answer in clear.
enum UnsealPage {
  static func list(_ unseals: [Cordon_V1_StoredUnseal]) -> Report {
    var table = Table(
      ["ID", "ASKED", "STATE", "AGENT", "NAMES", "SIGNED", "BY", "REASON"], empty: "No names were asked for.")
    for stored in unseals {
      table.add([
        EntityText.shortID(stored.order.id), TimeText.iso(Timestamp(milliseconds: stored.askedMs)), stored.state,
        stored.agentLabel, stored.order.names.map { EntityText.name($0.entity) }.joined(separator: ", "),
        "\(stored.signatures) of \(stored.signaturesNeeded)", stored.askedBy, stored.order.reason,
      ])
    }
    return Report(text: table.rendered, json: .list(unseals.map { json($0) }))
  }

  static func page(_ stored: Cordon_V1_StoredUnseal) -> Report {
    var sheet = FactSheet()
    sheet.add("order", EntityText.id(stored.order.id))
    sheet.add("state", stored.state)
    sheet.add("agent", stored.agentLabel)
    sheet.add("asked by", stored.askedBy)
    sheet.add("reason", stored.order.reason)
    sheet.add("signatures", "\(stored.signatures) of \(stored.signaturesNeeded)")
    var text = sheet.rendered
    let short = EntityText.shortID(stored.order.id)
    switch stored.state {
    case "proposed":
      text +=
        "\nNext: another holder of the role, for patients a privacy officer, signs it with\n  cordon unseal approve \(short)\n"
    case "ordered": text += "\nNext: once the machine has answered,\n  cordon unseal read \(short)\n"
    case "refused":
      text += "\nThe machine refused: \(Table.plain(stored.outcome.message)) [\(Table.plain(stored.outcome.code))]\n"
    default: break
    }
    return Report(text: text, json: json(stored))
  }

  /// The names, once the agent has answered; what is known by then where it has not. Codes: `answer-unreadable`,
  /// `answer-count`.
  static func answer(
    of asked: Cordon_V1_StoredUnseal, in session: AdminSession, within limit: Duration
  ) async throws -> Report {
    var stored = asked
    let deadline = ContinuousClock.now + limit
    while stored.state == "ordered", ContinuousClock.now < deadline {
      try await Task.sleep(for: .milliseconds(500))
      var request = Cordon_V1_ListUnsealsRequest()
      request.most = AdminSession.mostSearched
      let unseals = try await session.client.listUnseals(request, options: AdminCall.options).unseals
      if let found = unseals.first(where: { $0.order.id == asked.order.id }) { stored = found }
    }
    guard stored.state == "answered" else { return page(stored) }
    let key = try AnswerKey.load(for: try stored.order.domain().id, from: session.home)
    // The order that was signed, whatever the collector says it was.
    let order = key.order
    var names: [String] = []
    for (place, sealed) in stored.outcome.unsealed.enumerated() {
      guard let name = UnsealedNames.open([UInt8](sealed), with: key.key, order: order.id, place: place) else {
        throw CordonError(
          .invalid, "answer-unreadable", "The answer to \(order.id) was not sealed to this order's key.",
          remedy: "Somebody changed it on the way; ask anew, and look at the ledger.")
      }
      names.append(name.text)
    }
    guard names.count == order.names.count else {
      throw CordonError(
        .invalid, "answer-count", "\(order.names.count) names were asked for, and \(names.count) answered.",
        remedy: "Somebody changed the answer on the way; ask anew, and look at the ledger.")
    }
    try key.destroy()
    var table = Table(["ENTITY", "NAME"], empty: "No names.")
    for (sealed, name) in zip(order.names, names) { table.add([sealed.entity.shortName, name]) }
    stored.order = Cordon_V1_UnsealOrder(order)
    return Report(text: table.rendered, json: json(stored, names: names))
  }

  private static func json(_ stored: Cordon_V1_StoredUnseal, names: [String] = []) -> JSONValue {
    .fields([
      "id": .text(EntityText.id(stored.order.id)), "state": .text(stored.state),
      "agent": .fields(["id": .text(stored.order.agentID), "label": .optional(stored.agentLabel)]),
      "asked_by": .optional(stored.askedBy), "asked_at": .time(stored.askedMs),
      "reason": .text(stored.order.reason), "signed_by": .list(stored.signedBy.map { .text($0) }),
      "signatures": .integer(Int64(stored.signatures)), "signatures_needed": .integer(Int64(stored.signaturesNeeded)),
      "code": .optional(stored.outcome.code), "message": .optional(stored.outcome.message),
      "names": .list(
        stored.order.names.enumerated().map { place, sealed in
          .fields([
            "entity": EntityText.json(sealed), "name": place < names.count ? .text(names[place]) : .null,
          ])
        }),
    ])
  }
}
