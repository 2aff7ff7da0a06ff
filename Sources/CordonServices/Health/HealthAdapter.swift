package import CordonCollector
import CordonCore
package import CordonWire
package import GRPCCore
import SwiftProtobuf

/// `grpc.health.v1.Health`: whether the collector can store what agents send.
///
/// Probes are peers with a certificate, as all callers of this port; a token's holder gets no answer.
package struct HealthAdapter: Grpc_Health_V1_Health.SimpleServiceProtocol {
  /// How often a watched status is looked at.
  private static let interval = Duration.seconds(1)
  private static let services: Set<String> = [
    "", Cordon_V1_Uplink.descriptor.fullyQualifiedService, Cordon_V1_Identity.descriptor.fullyQualifiedService,
    Cordon_V1_Artifacts.descriptor.fullyQualifiedService, Cordon_V1_Admin.descriptor.fullyQualifiedService,
  ]

  private let ingest: IngestService

  package init(_ ingest: IngestService) { self.ingest = ingest }

  package func check(
    request: Grpc_Health_V1_HealthCheckRequest, context: ServerContext
  ) async throws -> Grpc_Health_V1_HealthCheckResponse {
    guard Self.services.contains(request.service) else {
      throw RPCError(code: .notFound, message: "There is no service \(request.service.prefix(128)) here.")
    }
    return .with { $0.status = status }
  }

  package func watch(
    request: Grpc_Health_V1_HealthCheckRequest, response: RPCWriter<Grpc_Health_V1_HealthCheckResponse>,
    context: ServerContext
  ) async throws {
    let isKnown = Self.services.contains(request.service)
    var told: Grpc_Health_V1_HealthCheckResponse.ServingStatus?
    // Ends where the caller goes and where the server stops.
    while !context.cancellation.isCancelled {
      let now = isKnown ? status : .serviceUnknown
      if now != told { try await response.write(.with { $0.status = now }) }
      told = now
      try await ContinuousClock().sleep(for: Self.interval)
    }
  }

  private var status: Grpc_Health_V1_HealthCheckResponse.ServingStatus {
    ingest.trouble == nil ? .serving : .notServing
  }
}
