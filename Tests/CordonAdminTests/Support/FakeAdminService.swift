import CordonCore
import CordonTelemetry
import CordonTestSupport
import CordonTrust
import CordonWire
import FoundationEssentials
import GRPCCore
import Synchronization

/// Answers from a `FakeCollector`'s state, and verifies what is signed as a real one does.
struct FakeAdminService: Cordon_V1_Admin.SimpleServiceProtocol {
  let collector: FakeCollector

  private func missing(_ what: String) -> CordonError {
    CordonError(.missing, "no-such", "There is no such \(what).", remedy: "List them.")
  }

  private func verify(_ envelope: Cordon_V1_Envelope, _ act: AuthorityAct) throws -> Envelope {
    let domain = try envelope.domain()
    _ = try EnvelopeVerifier(roster: try collector.roster).verify(domain, at: collector.clock.now)
    return domain
  }

  func getStatus(request: Cordon_V1_GetStatusRequest, context: ServerContext) async throws
    -> Cordon_V1_GetStatusResponse
  {
    try collector.note("GetStatus")
    return collector.state.withLock { state in
      var response = Cordon_V1_GetStatusResponse()
      response.collectorID = "c1"
      response.version = CordonVersion.text
      response.serverTimeMs = collector.clock.now.milliseconds
      response.startedMs = collector.clock.now.advanced(by: .seconds(-7200)).milliseconds
      response.agentsEnrolled = UInt64(state.agents.count)
      response.agentsConnected = UInt64(state.agents.filter(\.connected).count)
      response.windowsStored = 1234
      response.storeBytes = 1_500_000
      response.rosterSerial = 2
      response.ledgerSize = 7
      response.findings = state.findings
      response.learning = state.learning
      return response
    }
  }

  // MARK: Tokens

  func createToken(
    request: Cordon_V1_CreateTokenRequest, context: ServerContext
  ) async throws -> Cordon_V1_CreateTokenResponse {
    try collector.note("CreateToken")
    var response = Cordon_V1_CreateTokenResponse()
    response.info.id = "0a0b0c"
    response.info.group = request.group
    response.info.usesLeft = request.uses
    response.info.notAfterMs = collector.clock.now.milliseconds + request.ttlMs
    response.info.createdBy = "ann"
    response.token = "cordon1.0a0b0c.secret.pin"
    collector.state.withLock { $0.tokens.append(response.info) }
    return response
  }

  func listTokens(request: Cordon_V1_ListTokensRequest, context: ServerContext) async throws
    -> Cordon_V1_ListTokensResponse
  {
    try collector.note("ListTokens")
    var response = Cordon_V1_ListTokensResponse()
    response.tokens = collector.state.withLock { $0.tokens }
    return response
  }

  func revokeToken(
    request: Cordon_V1_RevokeTokenRequest, context: ServerContext
  ) async throws -> Cordon_V1_RevokeTokenResponse {
    try collector.note("RevokeToken")
    try collector.state.withLock { state in
      guard let index = state.tokens.firstIndex(where: { $0.id == request.id }) else { throw missing("token") }
      state.tokens[index].revoked = true
    }
    return .init()
  }

  // MARK: Agents and operators

  func listAgents(request: Cordon_V1_ListAgentsRequest, context: ServerContext) async throws
    -> Cordon_V1_ListAgentsResponse
  {
    try collector.note("ListAgents")
    var response = Cordon_V1_ListAgentsResponse()
    response.agents = collector.state.withLock { $0.agents }
    return response
  }

  func getAgent(request: Cordon_V1_GetAgentRequest, context: ServerContext) async throws -> Cordon_V1_GetAgentResponse {
    try collector.note("GetAgent")
    guard let agent = collector.state.withLock({ $0.agents.first { $0.id == request.id } }) else {
      throw missing("agent")
    }
    var response = Cordon_V1_GetAgentResponse()
    response.agent = agent
    var gap = Cordon_V1_Gap()
    gap.lane = .window
    gap.range.from = 4
    gap.range.to = 9
    gap.range.cause = .spoolOverflow
    gap.recordedMs = collector.clock.now.milliseconds
    response.gaps = [gap]
    return response
  }

  func revokeAgent(
    request: Cordon_V1_RevokeAgentRequest, context: ServerContext
  ) async throws -> Cordon_V1_RevokeAgentResponse {
    try collector.note("RevokeAgent \(request.id) \(request.reason)")
    return .init()
  }

  func addOperator(
    request: Cordon_V1_AddOperatorRequest, context: ServerContext
  ) async throws -> Cordon_V1_AddOperatorResponse {
    try collector.note("AddOperator")
    let chain = try collector.identity.authority.issue(
      try PeerIdentity(.operator, request.name), for: try SigningRequest(der: [UInt8](request.csr)),
      at: collector.clock.now)
    var response = Cordon_V1_AddOperatorResponse()
    response.operator.name = request.name
    response.operator.roles = request.roles
    response.operator.certificateNotAfterMs = chain.notAfter.milliseconds
    response.chain = try chain.der.map { Data($0) }
    collector.state.withLock { $0.operators.append(response.operator) }
    return response
  }

  func listOperators(
    request: Cordon_V1_ListOperatorsRequest, context: ServerContext
  ) async throws -> Cordon_V1_ListOperatorsResponse {
    try collector.note("ListOperators")
    var response = Cordon_V1_ListOperatorsResponse()
    response.operators = collector.state.withLock { $0.operators }
    return response
  }

  func revokeOperator(
    request: Cordon_V1_RevokeOperatorRequest, context: ServerContext
  ) async throws -> Cordon_V1_RevokeOperatorResponse {
    try collector.note("RevokeOperator \(request.name)")
    return .init()
  }

  // MARK: Roster and policies

  func getRoster(request: Cordon_V1_GetRosterRequest, context: ServerContext) async throws
    -> Cordon_V1_GetRosterResponse
  {
    try collector.note("GetRoster")
    var response = Cordon_V1_GetRosterResponse()
    if let envelope = collector.state.withLock({ $0.roster }) { response.envelope = Cordon_V1_Envelope(envelope) }
    return response
  }

  func submitRoster(
    request: Cordon_V1_SubmitRosterRequest, context: ServerContext
  ) async throws -> Cordon_V1_SubmitRosterResponse {
    try collector.note("SubmitRoster")
    let envelope = try request.envelope.domain()
    let next = try EnvelopeVerifier(roster: try collector.roster).successor(envelope, at: collector.clock.now)
    collector.state.withLock { $0.roster = envelope }
    var response = Cordon_V1_SubmitRosterResponse()
    response.serial = next.serial
    return response
  }

  /// Asked after every command: not noted.
  func getTrust(request: Cordon_V1_GetTrustRequest, context: ServerContext) async throws -> Cordon_V1_GetTrustResponse {
    var response = Cordon_V1_GetTrustResponse()
    if let envelope = collector.state.withLock({ $0.trust }) { response.envelope = envelope }
    response.agentsBehind = collector.state.withLock { $0.agentsBehind }
    return response
  }

  func submitTrust(
    request: Cordon_V1_SubmitTrustRequest, context: ServerContext
  ) async throws -> Cordon_V1_SubmitTrustResponse {
    let bundle = try TrustBundle(payload: try request.envelope.domain().payload)
    try collector.note("SubmitTrust \(bundle.serial)")
    collector.state.withLock { $0.trust = request.envelope }
    var response = Cordon_V1_SubmitTrustResponse()
    response.serial = bundle.serial
    response.agents = 2
    return response
  }

  func getPolicy(request: Cordon_V1_GetPolicyRequest, context: ServerContext) async throws
    -> Cordon_V1_GetPolicyResponse
  {
    try collector.note("GetPolicy")
    var response = Cordon_V1_GetPolicyResponse()
    let policies = collector.state.withLock { $0.policies }
    if let envelope = policies[request.group] { response.envelope = Cordon_V1_Envelope(envelope) }
    response.siteSerial = try policies.values.map { try Policy(payload: $0.payload).serial }.max() ?? 0
    return response
  }

  func applyPolicy(
    request: Cordon_V1_ApplyPolicyRequest, context: ServerContext
  ) async throws -> Cordon_V1_ApplyPolicyResponse {
    try collector.note("ApplyPolicy")
    let envelope = try request.envelope.domain()
    let verified = try EnvelopeVerifier(roster: try collector.roster)
      .verify(envelope, for: .policy, at: collector.clock.now)
    let policy = try verified.decode(Policy.self)
    collector.state.withLock { $0.policies[policy.group] = envelope }
    var response = Cordon_V1_ApplyPolicyResponse()
    response.serial = policy.serial
    response.agents = 3
    return response
  }

  // MARK: Detections and incidents

  func listDetections(
    request: Cordon_V1_ListDetectionsRequest, context: ServerContext
  ) async throws -> Cordon_V1_ListDetectionsResponse {
    try collector.note("ListDetections")
    var response = Cordon_V1_ListDetectionsResponse()
    response.detections = collector.state.withLock { $0.detections }.filter { $0.detection.eventMs >= request.sinceMs }
    return response
  }

  func getDetection(
    request: Cordon_V1_GetDetectionRequest, context: ServerContext
  ) async throws -> Cordon_V1_GetDetectionResponse {
    try collector.note("GetDetection")
    guard let found = collector.state.withLock({ $0.detections.first { $0.detection.id == request.id } }) else {
      throw missing("detection")
    }
    var response = Cordon_V1_GetDetectionResponse()
    response.detection = found
    response.reporters = collector.state.withLock { $0.reporters }
    return response
  }

  func labelDetection(
    request: Cordon_V1_LabelDetectionRequest, context: ServerContext
  ) async throws -> Cordon_V1_LabelDetectionResponse {
    try collector.note("LabelDetection \(request.label) \(request.note)")
    collector.state.withLock { $0.labels.append(request) }
    return .init()
  }

  func exportLabels(
    request: Cordon_V1_ExportLabelsRequest, response: RPCWriter<Cordon_V1_LabelledWindow>, context: ServerContext
  ) async throws {
    try collector.note("ExportLabels \(request.sinceMs)")
    for window in collector.state.withLock({ $0.labelled }) { try await response.write(window) }
  }

  func listIncidents(
    request: Cordon_V1_ListIncidentsRequest, context: ServerContext
  ) async throws -> Cordon_V1_ListIncidentsResponse {
    try collector.note("ListIncidents")
    var response = Cordon_V1_ListIncidentsResponse()
    response.incidents = collector.state.withLock { $0.incidents }.map(\.incident)
      .filter { request.closedToo || $0.state != "closed" }
    return response
  }

  func getIncident(
    request: Cordon_V1_GetIncidentRequest, context: ServerContext
  ) async throws -> Cordon_V1_GetIncidentResponse {
    try collector.note("GetIncident")
    guard let found = collector.state.withLock({ $0.incidents.first { $0.incident.id == request.id } }) else {
      throw missing("incident")
    }
    return found
  }

  // MARK: Commands

  func proposeCommand(
    request: Cordon_V1_ProposeCommandRequest, context: ServerContext
  ) async throws -> Cordon_V1_ProposeCommandResponse {
    try collector.note("ProposeCommand")
    let envelope = try verify(request.envelope, .contain)
    var stored = Cordon_V1_StoredCommand()
    stored.command = Cordon_V1_Command(try Command(payload: envelope.payload))
    stored.state = "proposed"
    stored.proposedBy = "ann"
    stored.signatures = UInt32(envelope.signatures.count)
    stored.signaturesNeeded = 2
    stored.agentLabel = "ws-17"
    stored.envelope = request.envelope
    collector.state.withLock { $0.commands.append(stored) }
    var response = Cordon_V1_ProposeCommandResponse()
    response.command = stored
    return response
  }

  func approveCommand(
    request: Cordon_V1_ApproveCommandRequest, context: ServerContext
  ) async throws -> Cordon_V1_ApproveCommandResponse {
    try collector.note("ApproveCommand")
    let stored = try collector.state.withLock { state in
      guard let index = state.commands.firstIndex(where: { $0.command.id == request.commandID }) else {
        throw missing("command")
      }
      state.commands[index].envelope.signatures.append(request.signature)
      state.commands[index].signatures += 1
      return state.commands[index]
    }
    _ = try verify(stored.envelope, .contain)
    var response = Cordon_V1_ApproveCommandResponse()
    response.command = stored
    return response
  }

  func releaseCommand(
    request: Cordon_V1_ReleaseCommandRequest, context: ServerContext
  ) async throws -> Cordon_V1_ReleaseCommandResponse {
    try collector.note("ReleaseCommand")
    let release = try CommandRelease(payload: try verify(request.envelope, .contain).payload)
    var response = Cordon_V1_ReleaseCommandResponse()
    response.command = try collector.state.withLock { state in
      let id = Data(release.commandID.bytes)
      guard let index = state.commands.firstIndex(where: { $0.command.id == id }) else { throw missing("command") }
      state.commands[index].state = "released"
      return state.commands[index]
    }
    return response
  }

  func renewCommand(
    request: Cordon_V1_RenewCommandRequest, context: ServerContext
  ) async throws -> Cordon_V1_RenewCommandResponse {
    let renewal = try request.envelope.domain()
    let asked = try LeaseRenewal(payload: renewal.payload)
    try collector.note("RenewCommand \(asked.commandID) \(asked.until.milliseconds)")
    guard let stored = collector.state.withLock({ $0.commands.first { $0.command.id == Data(asked.commandID.bytes) } })
    else {
      throw missing("command")
    }
    var response = Cordon_V1_RenewCommandResponse()
    response.command = stored
    return response
  }

  // MARK: Names

  /// Answers a first signature where no patient is among the names, and else the second.
  private func answer(_ stored: inout Cordon_V1_StoredUnseal) throws {
    let order = try UnsealOrder(payload: try stored.envelope.domain().payload)
    stored.signatures = UInt32(stored.envelope.signatures.count)
    stored.signaturesNeeded = order.concernsPatients ? 2 : 1
    stored.state = stored.signatures < stored.signaturesNeeded ? "proposed" : "answered"
    guard stored.state == "answered" else { return }
    let names = ["hospital.example/ann", "hospital.example/bob"]
    for (place, _) in order.names.enumerated() {
      let name = CanonicalName(kind: .user, canonical: Array(names[place % 2].utf8))!
      stored.outcome.unsealed.append(
        Data(try UnsealedNames.seal(name, to: order.answerKey, order: order.id, place: place)))
    }
  }

  func rotateKeys(
    request: Cordon_V1_RotateKeysRequest, context: ServerContext
  ) async throws -> Cordon_V1_RotateKeysResponse {
    try collector.note("RotateKeys")
    var rotations: [KeyRotation] = []
    for envelope in request.envelopes {
      let verifier = EnvelopeVerifier(roster: try collector.roster)
      rotations.append(
        try verifier.verify(try envelope.domain(), for: .rotateKeys, at: collector.clock.now).decode())
    }
    collector.state.withLock { [rotations] in $0.rotations += rotations }
    var response = Cordon_V1_RotateKeysResponse()
    response.agents = UInt64(rotations.count)
    return response
  }

  func askUnseal(
    request: Cordon_V1_AskUnsealRequest, context: ServerContext
  ) async throws -> Cordon_V1_AskUnsealResponse {
    try collector.note("AskUnseal")
    let envelope = try verify(request.envelope, .unsealStaff)
    var stored = Cordon_V1_StoredUnseal()
    stored.order = Cordon_V1_UnsealOrder(try UnsealOrder(payload: envelope.payload))
    stored.envelope = request.envelope
    stored.askedBy = "ann"
    stored.askedMs = collector.clock.now.milliseconds
    stored.agentLabel = "ws-17"
    try answer(&stored)
    collector.state.withLock { $0.unseals.append(stored) }
    var response = Cordon_V1_AskUnsealResponse()
    response.unseal = stored
    return response
  }

  func approveUnseal(
    request: Cordon_V1_ApproveUnsealRequest, context: ServerContext
  ) async throws -> Cordon_V1_ApproveUnsealResponse {
    try collector.note("ApproveUnseal")
    guard var stored = collector.state.withLock({ $0.unseals.first { $0.order.id == request.id } }) else {
      throw missing("order")
    }
    // Who signs here is the asker again, which a real collector refuses.
    stored.envelope.signatures.append(request.signature)
    try answer(&stored)
    var response = Cordon_V1_ApproveUnsealResponse()
    response.unseal = stored
    collector.state.withLock { $0.unseals = [response.unseal] }
    return response
  }

  func listUnseals(
    request: Cordon_V1_ListUnsealsRequest, context: ServerContext
  ) async throws -> Cordon_V1_ListUnsealsResponse {
    try collector.note("ListUnseals")
    var response = Cordon_V1_ListUnsealsResponse()
    response.unseals = collector.state.withLock { $0.unseals }
    return response
  }

  func listCommands(
    request: Cordon_V1_ListCommandsRequest, context: ServerContext
  ) async throws -> Cordon_V1_ListCommandsResponse {
    try collector.note("ListCommands")
    var response = Cordon_V1_ListCommandsResponse()
    response.commands = collector.state.withLock { $0.commands }
    return response
  }

  func previewCommand(
    request: Cordon_V1_PreviewCommandRequest, context: ServerContext
  ) async throws -> Cordon_V1_PreviewCommandResponse {
    try collector.note("PreviewCommand")
    var response = Cordon_V1_PreviewCommandResponse()
    response.effects = ["freezes pid 4711 and its children", "undo: thaws them"]
    response.warnings = ["ws-17 is not registered: counts as life-sustaining"]
    response.signaturesNeeded = 2
    return response
  }

  func exportLedger(
    request: Cordon_V1_ExportLedgerRequest, response: RPCWriter<Cordon_V1_LedgerChunk>, context: ServerContext
  ) async throws {
    try collector.note("ExportLedger")
    let (entries, end) = collector.state.withLock { ($0.ledger, $0.ledgerEnd) }
    for entry in entries where entry.index >= request.from {
      var chunk = Cordon_V1_LedgerChunk()
      chunk.entries = [entry]
      try await response.write(chunk)
    }
    try await response.write(end)
  }
}
