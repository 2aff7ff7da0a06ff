import CordonCollector
import CordonCore
import CordonTrust
package import CordonWire
package import GRPCCore

extension AdminAdapter {
  package func proposeCommand(
    request: Cordon_V1_ProposeCommandRequest, context: ServerContext
  ) async throws -> Cordon_V1_ProposeCommandResponse {
    var response = Cordon_V1_ProposeCommandResponse()
    response.command = try Cordon_V1_StoredCommand(
      try await domain.commands.propose(try request.envelope.domain(), by: try caller(context)))
    return response
  }

  package func approveCommand(
    request: Cordon_V1_ApproveCommandRequest, context: ServerContext
  ) async throws -> Cordon_V1_ApproveCommandResponse {
    var response = Cordon_V1_ApproveCommandResponse()
    response.command = try Cordon_V1_StoredCommand(
      try await domain.commands.approve(
        try uniqueID(request.commandID, "A command's id"), try request.signature.domain(), by: try caller(context)))
    return response
  }

  package func releaseCommand(
    request: Cordon_V1_ReleaseCommandRequest, context: ServerContext
  ) async throws -> Cordon_V1_ReleaseCommandResponse {
    var response = Cordon_V1_ReleaseCommandResponse()
    response.command = try Cordon_V1_StoredCommand(
      try await domain.commands.release(try request.envelope.domain(), by: try caller(context)))
    return response
  }

  package func renewCommand(
    request: Cordon_V1_RenewCommandRequest, context: ServerContext
  ) async throws -> Cordon_V1_RenewCommandResponse {
    var response = Cordon_V1_RenewCommandResponse()
    response.command = try Cordon_V1_StoredCommand(
      try await domain.commands.renew(try request.envelope.domain(), by: try caller(context)))
    return response
  }

  package func listCommands(
    request: Cordon_V1_ListCommandsRequest, context: ServerContext
  ) async throws -> Cordon_V1_ListCommandsResponse {
    var response = Cordon_V1_ListCommandsResponse()
    response.commands = try await domain.commands.list(most: Int(request.most)).map(Cordon_V1_StoredCommand.init)
    return response
  }

  package func previewCommand(
    request: Cordon_V1_PreviewCommandRequest, context: ServerContext
  ) async throws -> Cordon_V1_PreviewCommandResponse {
    let result = try await domain.commands.preview(try request.command.domain())
    var response = Cordon_V1_PreviewCommandResponse()
    response.effects = result.preview.effects
    response.warnings = result.preview.warnings
    response.signaturesNeeded = UInt32(clamping: result.signaturesNeeded)
    return response
  }
}
