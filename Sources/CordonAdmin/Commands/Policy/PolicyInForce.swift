import CordonCore
import CordonTrust
import CordonWire

/// The policy that the collector hands to a group, as it was signed.
struct PolicyInForce: Sendable {
  /// Built-in observe-only where there is none.
  var policy: Policy
  /// Who signed it; empty where there is none.
  var signers: [String]
  /// The highest serial of the site: the next policy's is one more.
  var siteSerial: UInt64

  /// Asks the collector, and checks the answer against the roster that this home knows.
  static func of(_ group: String, in session: AdminSession) async throws -> PolicyInForce {
    var request = Cordon_V1_GetPolicyRequest()
    request.group = group
    let response = try await session.client.getPolicy(request, options: AdminCall.options)
    guard response.hasEnvelope else {
      return PolicyInForce(policy: .observeOnly, signers: [], siteSerial: response.siteSerial)
    }
    let envelope = try response.envelope.domain()
    let roster = try await RosterInForce.of(session).roster
    let verified = try EnvelopeVerifier(roster: roster).verify(envelope, for: .policy, at: session.now)
    return PolicyInForce(
      policy: try verified.decode(Policy.self), signers: verified.signers.map(\.holder),
      siteSerial: max(response.siteSerial, try verified.decode(Policy.self).serial))
  }
}
