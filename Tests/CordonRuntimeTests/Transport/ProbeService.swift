import CordonTrust
import GRPCCore
import Synchronization

/// Answers every method it is given with the name of the caller; streams stay open, silent, until they are cut.
struct ProbeService: RegistrableRPCService {
  let methods: [MethodDescriptor]

  func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
    for method in methods {
      router.registerHandler(
        forMethod: method, deserializer: BytesCoding(), serializer: BytesCoding()
      ) { (request: StreamingServerRequest<[UInt8]>, context: ServerContext) -> StreamingServerResponse<[UInt8]> in
        let name = context.authenticatedPeer.map { "\($0.identity.role.rawValue) \($0.identity.name)" } ?? "nobody"
        return StreamingServerResponse { writer in
          try await writer.write(Array(name.utf8))
          for try await _ in request.messages {}
          return [:]
        }
      }
    }
  }
}

struct BytesCoding: MessageSerializer, MessageDeserializer {
  func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Bytes { Bytes(message) }

  func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> [UInt8] { bytes.withUnsafeBytes { Array($0) } }
}
