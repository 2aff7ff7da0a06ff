package import CordonCore
import FoundationEssentials

extension Cordon_V1_WitnessRequest {
  package init(_ request: WitnessRequest) {
    self.init()
    agentID = request.agentID.text
    commandID = Data(request.commandID.bytes)
    holderID = request.holderID.text
    holderAddress = Cordon_V1_SealedEntity(request.place.address)
    port = UInt32(request.place.port)
    blocked = Cordon_V1_SealedEntity(request.blocked)
    notAfterMs = request.notAfter.milliseconds
  }

  package func domain() throws(CordonError) -> WitnessRequest {
    let blocked = try blocked.domain()
    guard blocked.entity.kind == .address else {
      throw CordonError(.invalid, "malformed", "What a witness is asked about is not an address.")
    }
    return WitnessRequest(
      agentID: try AgentID(wire: agentID), commandID: try Bounded.id(commandID, "command id"),
      holderID: try AgentID(wire: holderID), place: try ProbePlace(wire: holderAddress, port: port), blocked: blocked,
      notAfter: try Bounded.time(notAfterMs, "not-after"))
  }
}

extension ProbePlace {
  /// An address and a port from 1 to 65535.
  init(wire address: Cordon_V1_SealedEntity, port: UInt32) throws(CordonError) {
    let address = try address.domain()
    guard address.entity.kind == .address, let port = UInt16(exactly: port), port > 0 else {
      throw CordonError(.invalid, "malformed", "A place to probe is not an address with a port.")
    }
    self.init(address: address, port: port)
  }
}
