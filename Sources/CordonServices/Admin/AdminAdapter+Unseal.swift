import CordonCollector
import CordonCore
import CordonTrust
package import CordonWire
import FoundationEssentials
package import GRPCCore

extension AdminAdapter {
  package func askUnseal(
    request: Cordon_V1_AskUnsealRequest, context: ServerContext
  ) async throws -> Cordon_V1_AskUnsealResponse {
    var response = Cordon_V1_AskUnsealResponse()
    response.unseal = try Cordon_V1_StoredUnseal(
      try await domain.unseals.ask(try request.envelope.domain(), by: try caller(context)))
    return response
  }

  package func approveUnseal(
    request: Cordon_V1_ApproveUnsealRequest, context: ServerContext
  ) async throws -> Cordon_V1_ApproveUnsealResponse {
    var response = Cordon_V1_ApproveUnsealResponse()
    response.unseal = try Cordon_V1_StoredUnseal(
      try await domain.unseals.approve(
        try uniqueID(request.id, "An order's id"), try request.signature.domain(), by: try caller(context)))
    return response
  }

  package func listUnseals(
    request: Cordon_V1_ListUnsealsRequest, context: ServerContext
  ) async throws -> Cordon_V1_ListUnsealsResponse {
    var response = Cordon_V1_ListUnsealsResponse()
    for view in try await domain.unseals.list(most: Int(request.most)) {
      response.unseals.append(try Cordon_V1_StoredUnseal(view))
    }
    return response
  }
}

extension Cordon_V1_StoredUnseal {
  init(_ view: UnsealView) throws(CordonError) {
    self.init()
    let record = view.record
    order = Cordon_V1_UnsealOrder(record.order)
    state = record.state.rawValue
    envelope = Cordon_V1_Envelope(try Envelope(serialized: record.envelope))
    askedBy = record.askedBy
    askedMs = record.askedAt.milliseconds
    signedBy = record.signedBy
    signatures = record.signatures
    signaturesNeeded = record.signaturesNeeded
    if let outcome = record.outcome { self.outcome = Cordon_V1_Outcome(outcome) }
    agentLabel = view.agentLabel
  }
}
