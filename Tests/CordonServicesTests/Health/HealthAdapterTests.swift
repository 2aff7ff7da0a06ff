import CordonCollector
import CordonCore
import CordonStore
import CordonTestSupport
import CordonWire
import GRPCCore
import SwiftProtobuf
import Testing

@Suite struct HealthAdapterTests {
  private typealias Status = Grpc_Health_V1_HealthCheckResponse.ServingStatus

  private static func status(
    _ service: String, of collector: TestCollector
  ) async throws -> Status {
    try await collector.calling(as: collector.person("vera")) { client in
      try await Grpc_Health_V1_Health.Client(wrapping: client).check(.with { $0.service = service }).status
    }
  }

  @Test(arguments: ["", "cordon.v1.Uplink", "cordon.v1.Admin"])
  func aCollectorThatStoresServes(service: String) async throws {
    try await TestCollector.with { collector in
      let status = try await Self.status(service, of: collector)
      #expect(status == .serving)
    }
  }

  @Test func anUnknownServiceIsNotFound() async throws {
    try await TestCollector.with { collector in
      let error = await #expect(throws: CordonError.self) {
        try await Self.status("cordon.v1.Nothing", of: collector)
      }
      #expect(error?.kind == .missing)
    }
  }

  /// A probe that watches sees the store fail, while agents still connect.
  @Test func aCollectorThatCannotStoreDoesNotServe() async throws {
    try await TestCollector.with { collector in
      let machine = try await collector.enrol()
      let seen = try await collector.calling(as: collector.person("vera")) { client in
        try await Grpc_Health_V1_Health.Client(wrapping: client).watch(.init()) { response in
          var seen: [Status] = []
          for try await message in response.messages {
            seen.append(message.status)
            if seen.count == 2 { break }
            _ = try? await collector.connected(machine) { uplink in
              _ = try await uplink.next()
              try collector.domain.context.store.close()
              try await uplink.send([.detection(collector.detection())], lane: .detection)
              _ = try await uplink.ack()
            }
          }
          return seen
        }
      }
      #expect(seen == [.serving, .notServing])
    }
  }
}
