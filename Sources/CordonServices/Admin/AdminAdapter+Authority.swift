import CordonCollector
import CordonCore
import CordonTrust
package import CordonWire
import FoundationEssentials
package import GRPCCore

extension AdminAdapter {
  package func getRoster(
    request: Cordon_V1_GetRosterRequest, context: ServerContext
  ) async throws -> Cordon_V1_GetRosterResponse {
    var response = Cordon_V1_GetRosterResponse()
    response.envelope = Cordon_V1_Envelope(domain.authority.rosterEnvelope)
    return response
  }

  package func submitRoster(
    request: Cordon_V1_SubmitRosterRequest, context: ServerContext
  ) async throws -> Cordon_V1_SubmitRosterResponse {
    var response = Cordon_V1_SubmitRosterResponse()
    response.serial = try await domain.authority.submitRoster(
      try request.envelope.domain(), by: try caller(context))
    domain.hub.wake()
    return response
  }

  package func getTrust(
    request: Cordon_V1_GetTrustRequest, context: ServerContext
  ) async throws -> Cordon_V1_GetTrustResponse {
    var response = Cordon_V1_GetTrustResponse()
    if let followed = domain.trust.followed { response.envelope = Cordon_V1_Envelope(followed.envelope) }
    response.caRoots = try domain.trust.roots().map { Data($0) }
    response.agentsBehind = UInt64(try await domain.trust.agentsBehind())
    return response
  }

  package func submitTrust(
    request: Cordon_V1_SubmitTrustRequest, context: ServerContext
  ) async throws -> Cordon_V1_SubmitTrustResponse {
    var response = Cordon_V1_SubmitTrustResponse()
    response.serial = try await domain.trust.submit(try request.envelope.domain(), by: try caller(context))
    domain.hub.wake()
    response.agents = UInt64(try await domain.fleet.agents(in: ""))
    return response
  }

  package func getPolicy(
    request: Cordon_V1_GetPolicyRequest, context: ServerContext
  ) async throws -> Cordon_V1_GetPolicyResponse {
    var response = Cordon_V1_GetPolicyResponse()
    if let applied = domain.authority.applied(to: request.group) {
      response.envelope = Cordon_V1_Envelope(applied.envelope)
    }
    response.siteSerial = domain.authority.siteSerial
    return response
  }

  package func applyPolicy(
    request: Cordon_V1_ApplyPolicyRequest, context: ServerContext
  ) async throws -> Cordon_V1_ApplyPolicyResponse {
    let policy = try await domain.authority.applyPolicy(try request.envelope.domain(), by: try caller(context))
    domain.hub.wake()
    var response = Cordon_V1_ApplyPolicyResponse()
    response.serial = policy.serial
    response.agents = UInt64(try await domain.fleet.agents(in: policy.group))
    return response
  }
}
