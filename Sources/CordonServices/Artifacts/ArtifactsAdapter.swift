package import CordonCollector
import CordonCore
package import CordonWire
import FoundationEssentials
package import GRPCCore

/// `Artifacts` over gRPC: an artifact in chunks, from any offset on.
package struct ArtifactsAdapter: Cordon_V1_Artifacts.SimpleServiceProtocol {
  private let service: ArtifactService

  package init(_ service: ArtifactService) { self.service = service }

  package func fetch(
    request: Cordon_V1_FetchRequest, response: RPCWriter<Cordon_V1_FetchChunk>, context: ServerContext
  ) async throws {
    let bytes = try await service.artifact([UInt8](request.sha256))
    guard request.offset <= UInt64(bytes.count) else {
      throw CordonError(.invalid, "offset", "The artifact has \(bytes.count) bytes; \(request.offset) is past its end.")
    }
    var offset = Int(request.offset)
    repeat {
      var chunk = Cordon_V1_FetchChunk()
      chunk.offset = UInt64(offset)
      chunk.total = UInt64(bytes.count)
      let end = min(bytes.count, offset + ArtifactService.chunkBytes)
      chunk.data = Data(bytes[offset..<end])
      try await response.write(chunk)
      offset = end
    } while offset < bytes.count
  }
}
