import CordonCore
import CordonTrust
import CordonWire

/// The newest trust bundle that the collector has, followed from the one that this home knows.
enum TrustInForce {
  /// What a change of the trust bundle starts from.
  static func of(_ session: AdminSession) async throws -> TrustBundle {
    let response = try await session.client.getTrust(.init(), options: AdminCall.options)
    let held = try session.home.trust()
    guard response.hasEnvelope else {
      if let held { return held }
      return TrustBundle(serial: 0, roots: try session.home.trustedRoots().certificates)
    }
    let envelope = try response.envelope.domain()
    let offered = try TrustBundle(payload: envelope.payload)
    guard offered.serial > held?.serial ?? 0 else { return held ?? offered }
    let roster = try await RosterInForce.of(session).roster
    let bundle = try TrustBundle.accept(
      envelope, above: held?.serial ?? 0, by: EnvelopeVerifier(roster: roster), at: session.now)
    try session.home.keep(trust: envelope)
    return bundle
  }

  /// Follows a newer bundle after a command, so that the next connection already trusts what the site does.
  ///
  /// A collector that knows of none, or does not know the question, changes nothing; what cannot be verified is said.
  static func follow(_ client: any Cordon_V1_Admin.ClientProtocol, _ home: OperatorHome) async {
    guard let response = try? await client.getTrust(.init(), options: AdminCall.options), response.hasEnvelope else {
      return
    }
    do {
      let envelope = try response.envelope.domain()
      let held = try home.trust()?.serial ?? 0
      guard try TrustBundle(payload: envelope.payload).serial > held else { return }
      _ = try TrustBundle.accept(
        envelope, above: held, by: EnvelopeVerifier(roster: try home.roster().roster), at: home.environment.clock.now)
      try home.keep(trust: envelope)
    } catch {
      home.environment.complain("The collector's trust bundle is not followed: \(error)\n")
    }
  }
}

/// Where a changed trust bundle goes: to the collector at once, or to a file for other root holders.
struct TrustOutput {
  var out: String?

  /// Signs a bundle with the root keys in this home, and submits it where they suffice.
  func deliver(_ next: TrustBundle, in session: AdminSession) async throws -> Report {
    let roster = try await RosterInForce.of(session).roster
    let envelope = try RosterSigning.signed(try next.sealed(by: []), of: roster, with: try session.home.rootKeys())
    let needed = roster.threshold(for: .roster)
    let have = envelope.signatures.count
    guard out == nil, have >= needed else {
      let file = out ?? "trust-\(next.serial).envelope"
      try PrivateFile.create(at: file, holding: try envelope.serialized())
      return Report(
        "Trust bundle \(next.serial) is in \(file) with \(have) of \(needed) signatures: cordon trust sign \(file) "
          + "adds one, and --submit hands it in.",
        [
          "serial": .unsigned(next.serial), "file": .text(file), "signatures": .integer(Int64(have)),
          "signatures_needed": .integer(Int64(needed)),
        ])
    }
    return try await Self.submit(envelope, in: session)
  }

  static func submit(_ envelope: Envelope, in session: AdminSession) async throws -> Report {
    let bundle = try TrustBundle(payload: envelope.payload)
    var request = Cordon_V1_SubmitTrustRequest()
    request.envelope = Cordon_V1_Envelope(envelope)
    let response = try await session.client.submitTrust(request, options: AdminCall.options)
    try session.home.keep(trust: envelope)
    return Report(
      "Trust bundle \(response.serial) is in force: \(bundle.roots.count) CA roots, \(bundle.revokedKeys.count) revoked "
        + "keys; on its way to \(response.agents) agents.",
      [
        "serial": .unsigned(response.serial), "roots": .list(bundle.rootDigests.map { .text($0.description) }),
        "revoked_keys": .integer(Int64(bundle.revokedKeys.count)), "agents": .unsigned(response.agents),
      ])
  }
}
