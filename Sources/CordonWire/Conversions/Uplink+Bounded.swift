package import GRPCCore
import GRPCProtobuf

// The generated methods but for the decoder: what the other side says is counted before it takes memory.

extension Cordon_V1_Uplink.StreamingServiceProtocol {
  /// - Parameter batchRecords: records that a batch may hold.
  package func registerBoundedMethods<Transport: ServerTransport>(
    with router: inout RPCRouter<Transport>, batchRecords: Int
  ) {
    router.registerHandler(
      forMethod: Cordon_V1_Uplink.Method.Connect.descriptor,
      deserializer: BoundedDeserializer<Cordon_V1_AgentMessage>.agentMessage(batchRecords: batchRecords),
      serializer: ProtobufSerializer<Cordon_V1_CollectorMessage>()
    ) { try await self.connect(request: $0, context: $1) }
  }
}

extension Cordon_V1_Uplink.Client {
  package func boundedConnect<Value: Sendable>(
    request: StreamingClientRequest<Cordon_V1_AgentMessage>, options: CallOptions,
    onResponse handleResponse:
      @Sendable @escaping (StreamingClientResponse<Cordon_V1_CollectorMessage>) async throws -> Value
  ) async throws -> Value {
    try await connect(
      request: request, serializer: ProtobufSerializer<Cordon_V1_AgentMessage>(),
      deserializer: BoundedDeserializer<Cordon_V1_CollectorMessage>.collectorMessage, options: options,
      onResponse: handleResponse)
  }
}
