import CordonCollector
import CordonCore
import CordonRuntime
import CordonStore
import CordonTrust

/// A site made for one run: a collector's folder, granted, and agents that it has enrolled.
struct BenchSite {
  let folder: String
  let trust: TrustStore
  let agents: [(id: AgentID, identity: LiveIdentity)]

  /// Mints everything, and enrols agents directly in the collector's store, before it runs.
  static func make(in folder: String, agents count: Int) async throws -> BenchSite {
    let now = SystemClock().now
    var randomness = SystemRandomNumberGenerator()
    let domain = try TrustDomain("bench.example")
    let site = try SiteAuthority.create(
      SiteAuthority.Settings(
        site: "bench", domain: domain, rootHolders: ["ann"], rootThreshold: 1, operatorName: "ann"),
      at: now, randomness: &randomness)
    let request = try CollectorIdentity.prepare(
      in: folder, name: "main", names: try ServerNames(dns: ["localhost"], addresses: [[127, 0, 0, 1]]))
    try LedgerKeyFile.create(in: folder)
    let bootstrap = try EnvelopeVerifier.bootstrap(site.roster)
    let roster = try bootstrap.adding(standingKeyOf: request).sealed(by: site.rootKeys)
    let grant = try CollectorGrant(
      request, by: site.certificateRoot, domain: domain, roster: roster, operators: [], at: now)
    let identity = try await CollectorIdentity.accept(grant, in: folder, at: now)
    let agents = try await enrol(count, by: identity, in: folder, at: now)
    return BenchSite(folder: folder, trust: try TrustStore(domain: domain, roots: grant.roots), agents: agents)
  }

  private static func enrol(
    _ count: Int, by identity: CollectorIdentity, in folder: String, at now: Timestamp
  ) async throws -> [(id: AgentID, identity: LiveIdentity)] {
    let store = try CollectorFolder.openStore(in: folder)
    let digest = [UInt8](repeating: 1, count: 32)
    try await store.createToken(
      TokenRecord(
        id: "bench", digest: digest, createdAt: now, notAfter: now.advanced(by: .seconds(3600)),
        usesLeft: UInt32(count), createdBy: "bench"))
    var agents: [(id: AgentID, identity: LiveIdentity)] = []
    for number in 0..<count {
      let key = IdentityKey()
      let id = key.digest.agentID
      let chain = try identity.authority.issue(
        try PeerIdentity(.agent, id.text), for: try SigningRequest(der: key.signingRequest()), at: now)
      try await store.enrol(
        AgentRecord(
          id: id, label: "bench-\(number)", keyDigest: key.digest.bytes, enrolledAt: now,
          certificateNotAfter: chain.notAfter), token: digest, at: now)
      agents.append((id, try LiveIdentity(chain: chain, key: key)))
    }
    try store.close()
    return agents
  }
}
