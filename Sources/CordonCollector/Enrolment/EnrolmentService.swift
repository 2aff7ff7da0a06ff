package import CordonCore
import CordonStore
package import CordonTrust
import Logging
import Synchronization

/// Takes machines in: a token and a certificate request for an identity.
package final class EnrolmentService: Sendable {
  /// What a machine brings; all of it hostile.
  package struct Request: Sendable {
    package var token: String
    package var request: [UInt8]
    /// X25519, 32 bytes.
    package var sealingKey: [UInt8]
    package var label: String
    package var version: String

    package init(token: String, request: [UInt8], sealingKey: [UInt8], label: String, version: String) {
      self.token = token
      self.request = request
      self.sealingKey = sealingKey
      self.label = label
      self.version = version
    }
  }

  /// What an enrolled machine gets.
  package struct Admission: Sendable {
    package var agent: AgentID
    package var chain: CertificateChain
    package var roots: [[UInt8]]
    package var group: String
    package var roster: Envelope
  }

  /// A new certificate for a known key.
  package struct Renewal: Sendable {
    package var chain: CertificateChain
    package var roots: [[UInt8]]
  }

  /// Requests that the enrolment port answers at once, and a second in the long run.
  package static let burst = 50
  package static let perSecond = 10.0
  package static let sealingKeyLength = 32
  /// Bytes of UTF-8.
  package static let longestLabel = 128
  package static let longestVersion = 64

  private let context: CollectorContext
  private let authority: AuthorityBook
  private let limit = Mutex(RateLimit(burst: burst, perSecond: perSecond))

  package init(context: CollectorContext, authority: AuthorityBook) {
    self.context = context
    self.authority = authority
  }

  /// Enrols a machine with a token.
  ///
  /// The token's use, the agent and the ledger's record are one transaction. Codes: `rate`, `label`, `sealing-key`,
  /// `token-…`, `signing-request`, `already-enrolled`, `revoked`.
  package func enrol(_ request: Request) async throws -> Admission {
    try admit()
    let label = try Self.checked(request)
    let token = try EnrolmentToken(request.token)
    let wanted = try SigningRequest(der: request.request)
    let agent = wanted.keyDigest.agentID
    let now = context.now
    guard !context.trust.contents.revokedIdentities.contains(.agent(agent)) else {
      throw CordonError(
        .denied, "revoked", "The agent \(agent) is revoked.",
        remedy: "Make the machine a new key: cordon-agent enroll --again.")
    }
    let chain = try context.identity.authority.issue(.agent(agent), for: wanted, at: now)
    let known = try await context.store.checkToken(token.hash, at: now)
    try await context.store.enrol(
      AgentRecord(
        id: agent, label: label, group: known.group, keyDigest: wanted.keyDigest.bytes,
        sealingKey: request.sealingKey, enrolledAt: now, certificateNotAfter: chain.notAfter, version: request.version),
      token: token.hash, at: now,
      Consequences(ledger: [
        context.record(
          .agentEnrolled, by: "agent/\(agent)", on: "agent/\(agent)",
          ["label": label, "token": token.id, "group": known.group])
      ]))
    context.logger.info("agent enrolled", metadata: ["agent": "\(agent)", "label": "\(label)"])
    return Admission(
      agent: agent, chain: chain, roots: try roots(), group: known.group, roster: authority.rosterEnvelope)
  }

  /// A new certificate for a peer whose old one is still good; the key may be a new one.
  ///
  /// An agent keeps its id, whatever its key: the id is of its first key.
  package func renew(_ peer: AuthenticatedPeer, request: [UInt8]) async throws -> Renewal {
    let wanted = try SigningRequest(der: request)
    let chain = try context.identity.authority.issue(peer.identity, for: wanted, at: context.now)
    switch peer.identity {
    case .agent(let agent):
      try await context.store.recordCertificate(
        of: agent, keyDigest: wanted.keyDigest.bytes, notAfter: chain.notAfter, at: context.now,
        Consequences(ledger: [
          context.record(
            .agentRenewed, by: "agent/\(agent)", on: "agent/\(agent)",
            ["not_after_ms": "\(chain.notAfter.milliseconds)"])
        ]))
    case .operator(let name):
      guard var record = try await context.store.operatorNamed(name) else {
        throw CordonError(.missing, "operator-unknown", "There is no operator “\(name)”.")
      }
      record.keyDigest = wanted.keyDigest.bytes
      record.certificateNotAfter = chain.notAfter
      try await context.store.saveOperator(
        record, at: context.now,
        Consequences(ledger: [
          context.record(.operatorAdded, by: "operator/\(name)", on: "operator/\(name)", ["renewed": "true"])
        ]))
    case .collector:
      throw CordonError(.denied, "role", "A collector renews its own certificate.")
    }
    return Renewal(chain: chain, roots: try roots())
  }

  /// A new certificate for an agent whose old one lapsed less than 90 days ago, with the same key; flagged.
  package func renewLapsed(
    chain: [[UInt8]], request: [UInt8], at time: Timestamp, proof: [UInt8]
  ) async throws -> Renewal {
    try admit()
    let lapsed = try CertificateChain(der: chain)
    let (peer, wanted) = try await LapsedRenewal.verify(
      chain: lapsed, request: request, at: time, proof: proof, trust: context.trust, now: context.now)
    let agent = try peer.agentID
    guard let record = try await context.store.agent(agent), record.state == .enrolled else {
      throw CordonError(.denied, "revoked", "The agent \(agent) is not enrolled here.")
    }
    let next = try context.identity.authority.issue(.agent(agent), for: wanted, at: context.now)
    try await context.store.recordCertificate(
      of: agent, keyDigest: wanted.keyDigest.bytes, notAfter: next.notAfter, at: context.now,
      Consequences(ledger: [
        context.record(
          .agentReturned, by: "agent/\(agent)", on: "agent/\(agent)",
          ["lapsed_ms": "\(lapsed.notAfter.milliseconds)"])
      ]))
    context.logger.notice("agent returned with a lapsed certificate", metadata: ["agent": "\(agent)"])
    return Renewal(chain: next, roots: try roots())
  }

  /// CA roots and roster now in force.
  package func trustBundle() throws -> (roots: [[UInt8]], roster: Envelope) {
    (try roots(), authority.rosterEnvelope)
  }

  private func roots() throws -> [[UInt8]] { try context.trust.contents.roots.map { try $0.derBytes() } }

  private func admit() throws(CordonError) {
    guard limit.withLock({ $0.take(at: context.now) }) else {
      throw CordonError(
        .exhausted, "rate", "Too many machines enrol at the same time.", remedy: "Try again in a minute.")
    }
  }

  private static func checked(_ request: Request) throws(CordonError) -> String {
    let label = request.label
    let isPlain = label.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || [0x2D, 0x2E, 0x5F].contains(byte)
    }
    guard !label.isEmpty, label.utf8.count <= longestLabel, isPlain else {
      throw CordonError(
        .invalid, "label", "A host's label has 1 to \(longestLabel) letters, digits, dots, hyphens, underscores.",
        remedy: "Set it with cordon-agent enroll --label.")
    }
    guard request.sealingKey.count == sealingKeyLength else {
      throw CordonError(.invalid, "sealing-key", "The sealing key has \(request.sealingKey.count) bytes, not 32.")
    }
    guard request.version.utf8.count <= longestVersion else {
      throw CordonError(.invalid, "version", "The version is longer than \(longestVersion) bytes.")
    }
    return label
  }
}
