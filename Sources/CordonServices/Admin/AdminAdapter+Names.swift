import CordonCollector
import CordonTrust
package import CordonWire
package import GRPCCore

extension AdminAdapter {
  package func rotateKeys(
    request: Cordon_V1_RotateKeysRequest, context: ServerContext
  ) async throws -> Cordon_V1_RotateKeysResponse {
    var envelopes: [Envelope] = []
    for envelope in request.envelopes { envelopes.append(try envelope.domain()) }
    var response = Cordon_V1_RotateKeysResponse()
    response.agents = UInt64(try await domain.keyRotation.submit(envelopes, by: try caller(context)))
    return response
  }
}
