import CordonCollector
import CordonCore
import CordonTrust
package import CordonWire
import FoundationEssentials
package import GRPCCore

extension AdminAdapter {
  package func createToken(
    request: Cordon_V1_CreateTokenRequest, context: ServerContext
  ) async throws -> Cordon_V1_CreateTokenResponse {
    let made = try await domain.fleet.createToken(
      group: request.group, lifetime: .milliseconds(request.ttlMs), uses: request.uses, by: try caller(context))
    var response = Cordon_V1_CreateTokenResponse()
    response.info = Cordon_V1_Token(made.record)
    response.token = made.text
    return response
  }

  package func listTokens(
    request: Cordon_V1_ListTokensRequest, context: ServerContext
  ) async throws -> Cordon_V1_ListTokensResponse {
    var response = Cordon_V1_ListTokensResponse()
    response.tokens = try await domain.fleet.tokens().map(Cordon_V1_Token.init)
    return response
  }

  package func revokeToken(
    request: Cordon_V1_RevokeTokenRequest, context: ServerContext
  ) async throws -> Cordon_V1_RevokeTokenResponse {
    try await domain.fleet.revokeToken(request.id, by: try caller(context))
    return Cordon_V1_RevokeTokenResponse()
  }

  package func listAgents(
    request: Cordon_V1_ListAgentsRequest, context: ServerContext
  ) async throws -> Cordon_V1_ListAgentsResponse {
    var response = Cordon_V1_ListAgentsResponse()
    response.agents = try await domain.fleet.agents().map(Cordon_V1_Agent.init)
    return response
  }

  package func getAgent(
    request: Cordon_V1_GetAgentRequest, context: ServerContext
  ) async throws -> Cordon_V1_GetAgentResponse {
    let found = try await domain.fleet.agent(try AgentID(wire: request.id))
    var response = Cordon_V1_GetAgentResponse()
    response.agent = Cordon_V1_Agent(found.view)
    response.gaps = found.gaps.map(Cordon_V1_Gap.init)
    return response
  }

  package func revokeAgent(
    request: Cordon_V1_RevokeAgentRequest, context: ServerContext
  ) async throws -> Cordon_V1_RevokeAgentResponse {
    try await domain.fleet.revoke(
      try AgentID(wire: request.id), reason: try reason(request.reason), by: try caller(context))
    return Cordon_V1_RevokeAgentResponse()
  }

  package func addOperator(
    request: Cordon_V1_AddOperatorRequest, context: ServerContext
  ) async throws -> Cordon_V1_AddOperatorResponse {
    let added = try await domain.operators.add(
      name: request.name, roles: request.roles, request: [UInt8](request.csr), by: try caller(context))
    var response = Cordon_V1_AddOperatorResponse()
    response.operator = Cordon_V1_Operator(added.record)
    response.chain = try added.chain.der.map { Data($0) }
    return response
  }

  package func listOperators(
    request: Cordon_V1_ListOperatorsRequest, context: ServerContext
  ) async throws -> Cordon_V1_ListOperatorsResponse {
    var response = Cordon_V1_ListOperatorsResponse()
    response.operators = try await domain.operators.all().map(Cordon_V1_Operator.init)
    return response
  }

  package func revokeOperator(
    request: Cordon_V1_RevokeOperatorRequest, context: ServerContext
  ) async throws -> Cordon_V1_RevokeOperatorResponse {
    try await domain.operators.revoke(request.name, reason: try reason(request.reason), by: try caller(context))
    return Cordon_V1_RevokeOperatorResponse()
  }

  private func reason(_ text: String) throws(CordonError) -> String {
    guard text.utf8.count <= CommandJudge.longestReason else {
      throw CordonError(.invalid, "reason", "A reason has at most \(CommandJudge.longestReason) bytes.")
    }
    return text
  }
}
