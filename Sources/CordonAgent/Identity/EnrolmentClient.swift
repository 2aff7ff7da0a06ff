package import CordonCore
package import CordonTrust
package import CordonWire
import Crypto
import FoundationEssentials
import GRPCCore

/// The agent's half of enrolment: a token in, an identity of its own out.
package struct EnrolmentClient: Sendable {
  private let client: any Cordon_V1_Enrollment.ClientProtocol
  private let clock: any WallClock

  /// UTF-8 bytes of a host's label.
  package static let longestLabel = 64

  /// - Parameter client: over a transport that is pinned to the site's CA.
  package init(client: any Cordon_V1_Enrollment.ClientProtocol, clock: any WallClock) {
    self.client = client
    self.clock = clock
  }

  /// Makes the agent's keys, enrols them, and checks what came back against the site's bundle.
  ///
  /// The answer is trusted for nothing that the bundle does not vouch for: the certificate must chain to the bundle's
  /// roots and name the id of our own key. Returns the identity and the roster now in force, which the keeper verifies.
  package func enrol(
    with token: EnrolmentToken, bundle: SiteBundle, label: String, version: String
  ) async throws -> (identity: AgentIdentity, roster: Envelope) {
    try Self.checkLabel(label)
    let key = IdentityKey()
    let sealingKey = Curve25519.KeyAgreement.PrivateKey()
    var request = Cordon_V1_EnrollRequest()
    request.token = token.text
    request.csr = Data(try key.signingRequest())
    request.sealingKey = sealingKey.publicKey.rawRepresentation
    request.label = label
    request.version = version
    let response = try await client.enroll(request)

    let chain = try CertificateChain(der: response.chain.map { [UInt8]($0) })
    let trust = try TrustStore(domain: bundle.domain, roots: bundle.roots)
    let verifier = PeerVerifier(trust: trust, clock: clock, accepting: [.agent], as: .client)
    let (peer, _) = try await verifier.verify(chain)
    let id = key.digest.agentID
    guard peer.identity == .agent(id), peer.keyDigest == key.digest else {
      throw CordonError(
        .denied, "foreign-certificate", "The collector answered with a certificate that is not for this agent's key.",
        remedy: "Check that the enrolment address is your collector's.")
    }
    let identity = AgentIdentity(
      id: id, label: label, group: response.group, domain: bundle.domain,
      roots: try CertificateChain(bundle.roots), key: key, chain: chain,
      sealingKey: sealingKey)
    return (identity, try response.roster.domain())
  }

  /// A label is shown to analysts and named in policies: plain characters only.
  private static func checkLabel(_ label: String) throws(CordonError) {
    let isPlain = label.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "._-".utf8.contains(byte)
    }
    guard !label.isEmpty, label.utf8.count <= longestLabel, isPlain else {
      throw CordonError(
        .invalid, "label", "\"\(label)\" cannot be a host's label.",
        remedy: "Use 1 to \(longestLabel) letters, digits, dots, hyphens and underscores, such as ward3-ws12.")
    }
  }
}
