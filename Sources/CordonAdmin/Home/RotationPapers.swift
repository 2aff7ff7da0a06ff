import CordonCore
import CordonTrust
import CordonWire

/// The files of a rotation of keys in the privacy office's home, from its making until the collector has it.
///
/// The bundle with the next keys waits beside the present one and takes its place once the collector has the envelopes;
/// the bundle before is kept under its epoch's number, for names that only the privacy office can still open.
struct RotationPapers {
  private static let pending = "site-gateway.next.bundle"
  private static let mostBytes = 64 << 20

  let home: OperatorHome

  /// With the patients' key. Code: `no-bundle`.
  func bundle() throws(CordonError) -> SiteBundle {
    guard home.exists(SiteFiles.gatewayBundle) else {
      throw CordonError(
        .missing, "no-bundle", "\(home.file(SiteFiles.gatewayBundle)) is not here; it holds the keys of names.",
        remedy: "Rotate keys where the privacy office keeps them.")
    }
    return try SiteBundle.load(from: home.file(SiteFiles.gatewayBundle))
  }

  /// Code: `rotation-pending`.
  func refusePending() throws(CordonError) {
    guard home.exists(Self.pending) else { return }
    throw CordonError(
      .conflict, "rotation-pending", "A rotation was made and not handed in yet.",
      remedy: "cordon names sign FILE --submit hands it in; remove \(home.file(Self.pending)) to give it up.")
  }

  /// Keeps what a new rotation needs before anybody hears of it; the path of its envelopes.
  func prepare(_ envelopes: [Envelope], epoch: UInt32, bundle: SiteBundle) throws(CordonError) -> String {
    let file = home.file("keys-\(epoch).rotation")
    try write(envelopes, to: file)
    try bundle.write(to: home.file(Self.pending))
    return file
  }

  func write(_ envelopes: [Envelope], to file: String) throws(CordonError) {
    var request = Cordon_V1_RotateKeysRequest()
    request.envelopes = envelopes.map(Cordon_V1_Envelope.init)
    try PrivateFile.replace(file, holding: try request.strictBytes(of: "rotation of keys"))
  }

  /// One envelope at least. Code beyond files': `malformed`.
  func read(_ file: String) throws(CordonError) -> [Envelope] {
    let bytes = try PrivateFile.read(file, most: Self.mostBytes)
    var envelopes: [Envelope] = []
    for envelope in try Cordon_V1_RotateKeysRequest(strictly: bytes, of: "rotation of keys").envelopes {
      envelopes.append(try envelope.domain())
    }
    guard !envelopes.isEmpty else {
      throw CordonError(.invalid, "malformed", "\(file) holds no keys for any agent.")
    }
    return envelopes
  }

  /// Hands envelopes to the collector where enough have signed, and puts the new bundles in their place.
  func deliver(_ envelopes: [Envelope], from file: String?, in session: AdminSession) async throws -> Report {
    let roster = try await RosterInForce.of(session).roster
    let needed = roster.threshold(for: .rotateKeys)
    let verifier = EnvelopeVerifier(roster: roster)
    let have =
      try envelopes.map { try verifier.verify($0, at: session.now).signatures(for: .rotateKeys) }.min() ?? needed
    guard have >= needed else {
      guard let file else {
        throw CordonError(
          .denied, "threshold", "A rotation of keys needs \(needed) signatures.", remedy: "Make a new rotation.")
      }
      return Report(
        "The rotation is in \(file) with \(have) of \(needed) signatures: cordon names sign \(file) adds one, and "
          + "--submit hands it in.",
        ["file": .text(file), "signatures": .integer(Int64(have)), "signatures_needed": .integer(Int64(needed))])
    }
    var agents: UInt64 = 0
    for start in stride(from: 0, to: envelopes.count, by: Self.batch) {
      var request = Cordon_V1_RotateKeysRequest()
      request.envelopes = envelopes[start..<min(start + Self.batch, envelopes.count)].map(Cordon_V1_Envelope.init)
      agents += try await session.client.rotateKeys(request, options: AdminCall.options).agents
    }
    try install()
    let bundle = try bundle()
    return Report(
      "Keys of epoch \(bundle.keyEpoch) are on their way to \(agents) agents, in use from \(TimeText.iso(bundle.begins)). "
        + "Give the privacy office a copy of \(SiteFiles.gatewayBundle), and new machines a new bundle.",
      [
        "epoch": .unsigned(UInt64(bundle.keyEpoch)), "agents": .unsigned(agents),
        "begins": .text(TimeText.iso(bundle.begins)),
      ])
  }

  /// Envelopes of one call.
  private static let batch = 500

  /// Puts the bundles that wait in their place; nothing where none do.
  private func install() throws(CordonError) {
    guard home.exists(Self.pending) else { return }
    let (before, next) = (try bundle(), try SiteBundle.load(from: home.file(Self.pending)))
    let kept = "site-gateway.epoch-\(before.keyEpoch).bundle"
    if !home.exists(kept) { try before.write(to: home.file(kept)) }
    try PrivateFile.replace(home.file(SiteFiles.gatewayBundle), holding: try next.serialized())
    try PrivateFile.replace(home.file(SiteFiles.workstationBundle), holding: try next.forWorkstations.serialized())
    try PrivateFile.remove(home.file(Self.pending))
  }
}
