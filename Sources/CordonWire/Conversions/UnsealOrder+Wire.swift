package import CordonCore
import FoundationEssentials

extension Cordon_V1_UnsealOrder {
  package init(_ order: UnsealOrder) {
    self.init()
    id = Data(order.id.bytes)
    agentID = order.agentID.text
    names = order.names.map(Cordon_V1_SealedEntity.init)
    answerKey = Data(order.answerKey)
    reason = order.reason
    notAfterMs = order.notAfter.milliseconds
  }

  /// The order; one without names, without a reason or with a key of another length is refused.
  package func domain() throws(CordonError) -> UnsealOrder {
    var sealed: [SealedEntity] = []
    for name in try Bounded.list(names, "names", most: UnsealOrder.mostNames) { sealed.append(try name.domain()) }
    guard !sealed.isEmpty, answerKey.count == UnsealOrder.answerKeyLength, !reason.isEmpty else {
      throw CordonError(
        .invalid, "malformed", "An order to unseal has names, a reason, and a key of 32 bytes for the answer.")
    }
    return UnsealOrder(
      id: try Bounded.id(id, "order id"), agentID: try AgentID(wire: agentID), names: sealed,
      answerKey: [UInt8](answerKey), reason: try Bounded.text(reason, "reason", most: WireLimits.sentence),
      notAfter: try Bounded.time(notAfterMs, "not-after"))
  }
}
