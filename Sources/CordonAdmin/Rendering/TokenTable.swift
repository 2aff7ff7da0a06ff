import CordonCore
import CordonWire

/// Tokens as a table; their secrets are in none.
enum TokenTable {
  static func report(_ tokens: [Cordon_V1_Token], at now: Timestamp) -> Report {
    var table = Table(["ID", "STATE", "GROUP", "USES LEFT", "ENDS", "BY"], empty: "No tokens.")
    for token in tokens {
      table.add([
        token.id, state(token, at: now), token.group.isEmpty ? "-" : token.group, "\(token.usesLeft)",
        TimeText.iso(Timestamp(milliseconds: token.notAfterMs)), token.createdBy,
      ])
    }
    return Report(text: table.rendered, json: .list(tokens.map(json)))
  }

  static func json(_ token: Cordon_V1_Token) -> JSONValue {
    .fields([
      "id": .text(token.id), "group": .optional(token.group), "uses_left": .integer(Int64(token.usesLeft)),
      "not_after": .time(token.notAfterMs), "revoked": .flag(token.revoked), "created_by": .optional(token.createdBy),
    ])
  }

  private static func state(_ token: Cordon_V1_Token, at now: Timestamp) -> String {
    if token.revoked { return "revoked" }
    if token.notAfterMs <= now.milliseconds { return "expired" }
    return token.usesLeft == 0 ? "used up" : "good"
  }
}
