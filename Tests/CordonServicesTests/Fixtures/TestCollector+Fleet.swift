import CordonCollector
import CordonCore
import CordonTestSupport
import CordonTrust
import CordonWire
import FoundationEssentials
import GRPCCore
import GRPCInProcessTransport

/// An enrolled machine: its key, its id, what the collector made of it.
struct TestMachine: Sendable {
  var key: IdentityKey
  var id: AgentID
  var label: String
  var chain: CertificateChain

  var peer: AuthenticatedPeer {
    AuthenticatedPeer(identity: .agent(id), keyDigest: key.digest, notAfter: chain.notAfter)
  }
}

extension TestCollector {
  /// A token's text, made by ann.
  func token(group: String = "", uses: UInt32 = 1, lifetime: Duration = .seconds(3600)) async throws -> String {
    try await domain.fleet.createToken(
      group: group, lifetime: lifetime, uses: uses, by: OperatorName("ann")
    ).text
  }

  /// What a machine sends to enrol.
  static func enrolment(
    token: String, label: String = "ws-1", key: IdentityKey = IdentityKey()
  ) throws -> Cordon_V1_EnrollRequest {
    var request = Cordon_V1_EnrollRequest()
    request.token = token
    request.csr = Data(try key.signingRequest())
    request.sealingKey = Data(repeating: 7, count: 32)
    request.label = label
    request.version = "test"
    return request
  }

  /// Enrols a machine with a token of its own.
  func enrol(_ label: String = "ws-1", group: String = "") async throws -> TestMachine {
    let key = IdentityKey()
    let request = try Self.enrolment(token: try await token(group: group), label: label, key: key)
    let response = try await enrolling { client in
      try await Cordon_V1_Enrollment.Client(wrapping: client).enroll(request)
    }
    let id = try AgentID(wire: response.agentID)
    return TestMachine(
      key: key, id: id, label: label, chain: try CertificateChain(der: response.chain.map { [UInt8]($0) }))
  }

  /// A policy with standing authority in which ws-1 is administrative and pump is life-sustaining.
  func policy(serial: UInt64, group: String = "", change: (inout Policy) -> Void = { _ in }) -> Policy {
    var policy = Policy(serial: serial, name: "ward", group: group, issued: clock.now)
    policy.containment.isEnabled = true
    policy.interlock.hosts = [
      Policy.HostFacts(label: "ws-1", criticality: .administrative),
      Policy.HostFacts(label: "ws-2", criticality: .administrative),
      Policy.HostFacts(label: "pump", criticality: .lifeSustaining),
    ]
    change(&policy)
    return policy
  }

  /// Signs a policy as ann and applies it.
  func apply(_ policy: Policy) async throws {
    _ = try await domain.authority.applyPolicy(
      try policy.sealed(by: [site.operatorAuthority]), by: OperatorName("ann"))
  }

  /// An order to freeze a process, valid from now for ten minutes.
  func command(
    to agent: AgentID, incident: UniqueID? = nil, change: (inout Command) -> Void = { _ in }
  ) -> Command {
    let now = clock.now
    var command = Command(
      id: domain.context.ids.next(at: now), agentID: agent,
      action: .suspendProcess(ProcessRef(pid: 42, startTicks: 7, bootID: "b1")), notBefore: now,
      notAfter: now.advanced(by: .seconds(600)), lease: .seconds(600), maxUntil: now.advanced(by: .seconds(3600)),
      reason: "it encrypts files", incidentID: incident)
    change(&command)
    return command
  }

  /// A tripwire's detection with a process.
  func detection(
    process: ProcessRef? = ProcessRef(pid: 42, startTicks: 7, bootID: "b1"), entities: [SealedEntity] = []
  ) -> Detection {
    let now = clock.now
    return Detection(
      id: domain.context.ids.next(at: now), kind: .tripwire, rule: "encryption-burst", technique: "T1486",
      severity: .critical, eventTime: now, raisedAt: now, summary: "40 files rewritten within 8 s", entities: entities,
      process: process,
      evidence: [Detection.Evidence(what: "files rewritten", value: 40, usual: 0...3, unit: "files")])
  }
}
