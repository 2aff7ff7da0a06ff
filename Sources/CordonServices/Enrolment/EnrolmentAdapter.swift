package import CordonCollector
import CordonCore
import CordonTrust
package import CordonWire
import FoundationEssentials
package import GRPCCore

/// `Enrollment` over gRPC: the one service for callers without a certificate.
package struct EnrolmentAdapter: Cordon_V1_Enrollment.SimpleServiceProtocol {
  private let service: EnrolmentService

  package init(_ service: EnrolmentService) { self.service = service }

  package func enroll(
    request: Cordon_V1_EnrollRequest, context: ServerContext
  ) async throws -> Cordon_V1_EnrollResponse {
    let admission = try await service.enrol(
      EnrolmentService.Request(
        token: request.token, request: [UInt8](request.csr), sealingKey: [UInt8](request.sealingKey),
        label: request.label, version: request.version))
    var response = Cordon_V1_EnrollResponse()
    response.agentID = admission.agent.text
    response.chain = try admission.chain.der.map { Data($0) }
    response.caRoots = admission.roots.map { Data($0) }
    response.group = admission.group
    response.roster = Cordon_V1_Envelope(admission.roster)
    return response
  }

  package func renewLapsed(
    request: Cordon_V1_RenewLapsedRequest, context: ServerContext
  ) async throws -> Cordon_V1_RenewResponse {
    let renewal = try await service.renewLapsed(
      chain: request.chain.map { [UInt8]($0) }, request: [UInt8](request.csr),
      at: Timestamp(milliseconds: request.atMs), proof: [UInt8](request.proof))
    return try Cordon_V1_RenewResponse(renewal)
  }
}

/// `Identity` over gRPC: certificates for those who have one.
package struct IdentityAdapter: Cordon_V1_Identity.SimpleServiceProtocol {
  private let service: EnrolmentService

  package init(_ service: EnrolmentService) { self.service = service }

  package func renew(request: Cordon_V1_RenewRequest, context: ServerContext) async throws -> Cordon_V1_RenewResponse {
    try Cordon_V1_RenewResponse(try await service.renew(try context.peer, request: [UInt8](request.csr)))
  }

  package func getTrustBundle(
    request: Cordon_V1_GetTrustBundleRequest, context: ServerContext
  ) async throws -> Cordon_V1_GetTrustBundleResponse {
    let bundle = try service.trustBundle()
    var response = Cordon_V1_GetTrustBundleResponse()
    response.caRoots = bundle.roots.map { Data($0) }
    response.roster = Cordon_V1_Envelope(bundle.roster)
    return response
  }
}

extension Cordon_V1_RenewResponse {
  init(_ renewal: EnrolmentService.Renewal) throws {
    self.init()
    chain = try renewal.chain.der.map { Data($0) }
    caRoots = renewal.roots.map { Data($0) }
  }
}
