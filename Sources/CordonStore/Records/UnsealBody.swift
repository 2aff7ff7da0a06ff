import CordonCore

/// An order to unseal as JSON; its id and agent are columns.
struct UnsealBody: Codable {
  var names: [EntityBody]
  /// Hexadecimal.
  var answerKey: String
  var reason: String
  var notAfter: Int64

  init(_ order: UnsealOrder) {
    names = order.names.map(EntityBody.init)
    answerKey = Hex.encode(order.answerKey)
    reason = order.reason
    notAfter = order.notAfter.milliseconds
  }

  func domain(id: UniqueID, agent: AgentID) throws(CordonError) -> UnsealOrder {
    guard let key = Hex.decode(answerKey) else { throw StoreFailure.badRow("unseals", "question") }
    var sealed: [SealedEntity] = []
    for name in names { sealed.append(try name.domain()) }
    return UnsealOrder(
      id: id, agentID: agent, names: sealed, answerKey: key, reason: reason,
      notAfter: Timestamp(milliseconds: notAfter))
  }
}
