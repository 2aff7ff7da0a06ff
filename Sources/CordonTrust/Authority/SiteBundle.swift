package import CordonCore
import CordonWire
import FoundationEssentials
package import X509

/// What IT installs, root-only, with an agent: whom to trust, and the keys for pseudonyms. Never on the collector's host.
package struct SiteBundle: Hashable, Sendable {
  package var site: String
  package var domain: TrustDomain
  package var roots: [Certificate]
  /// The roster that agents start from, trusted because it is here.
  package var roster: Envelope
  package var keyEpoch: UInt32
  /// 32 bytes.
  package var staffKey: [UInt8]
  /// 32 bytes; nil for workstations, which never hold it.
  package var patientKey: [UInt8]?
  /// When the epoch begins.
  package var begins: Timestamp
  /// Epochs before it, whose names are still opened, oldest first.
  package var earlier: [EpochSecrets]

  package static let keyLength = 32
  package static let mostEpochs = 8
  private static let mostFileBytes = 2 << 20

  package init(
    site: String, domain: TrustDomain, roots: [Certificate], roster: Envelope, keyEpoch: UInt32, staffKey: [UInt8],
    patientKey: [UInt8]?, begins: Timestamp = .epoch, earlier: [EpochSecrets] = []
  ) {
    self.begins = begins
    self.earlier = earlier
    self.site = site
    self.domain = domain
    self.roots = roots
    self.roster = roster
    self.keyEpoch = keyEpoch
    self.staffKey = staffKey
    self.patientKey = patientKey
  }

  /// The same without the patients' key.
  package var forWorkstations: SiteBundle {
    var bundle = self
    bundle.patientKey = nil
    for index in bundle.earlier.indices { bundle.earlier[index].patient = nil }
    return bundle
  }

  /// The keys of its newest epoch.
  package var secrets: EpochSecrets {
    EpochSecrets(epoch: keyEpoch, staff: staffKey, patient: patientKey, begins: begins)
  }

  /// The same with the keys of the next epoch; those before it stay as long as they may be kept.
  package func rotated(to next: EpochSecrets, linkableUntil: Timestamp, at now: Timestamp) -> SiteBundle {
    var bundle = self
    var present = secrets
    present.ends = linkableUntil
    bundle.earlier = (earlier + [present]).filter { $0.ends.map { $0 > now } ?? true }
    (bundle.keyEpoch, bundle.begins) = (next.epoch, next.begins)
    (bundle.staffKey, bundle.patientKey) = (next.staff, next.patient)
    return bundle
  }

  /// From the bytes of a bundle; the roster within is checked against itself.
  package init(serialized bytes: [UInt8]) throws(CordonError) {
    let wire = try Cordon_V1_SiteBundle(strictly: bytes, of: "site bundle")
    guard (1...TrustStore.mostRoots).contains(wire.caRoots.count) else {
      throw CordonError(.invalid, "site-bundle", "The site bundle has \(wire.caRoots.count) CA roots.")
    }
    var parsed: [Certificate] = []
    for root in wire.caRoots { parsed.append(try Certificate(bounded: [UInt8](root))) }
    guard wire.kStaff.count == Self.keyLength, wire.kPatient.isEmpty || wire.kPatient.count == Self.keyLength,
      wire.keyEpoch > 0, wire.earlier.count < Self.mostEpochs
    else { throw CordonError(.invalid, "site-bundle", "The site bundle's pseudonym keys are not 32 bytes each.") }
    var earlier: [EpochSecrets] = []
    for keys in wire.earlier { earlier.append(try keys.domain()) }
    self.init(
      site: wire.site, domain: try TrustDomain(wire.trustDomain), roots: parsed, roster: try wire.roster.domain(),
      keyEpoch: wire.keyEpoch, staffKey: [UInt8](wire.kStaff),
      patientKey: wire.kPatient.isEmpty ? nil : [UInt8](wire.kPatient),
      begins: Timestamp(milliseconds: wire.beginsMs), earlier: earlier)
    guard try EnvelopeVerifier.bootstrap(roster).site == site else {
      throw CordonError(.invalid, "site-bundle", "The site bundle's roster is of another site.")
    }
  }

  package func serialized() throws(CordonError) -> [UInt8] {
    var wire = Cordon_V1_SiteBundle()
    wire.site = site
    wire.trustDomain = domain.name
    for root in roots { wire.caRoots.append(Data(try root.derBytes())) }
    wire.roster = Cordon_V1_Envelope(roster)
    wire.keyEpoch = keyEpoch
    wire.kStaff = Data(staffKey)
    wire.kPatient = Data(patientKey ?? [])
    wire.beginsMs = begins.milliseconds
    wire.earlier = earlier.map(Cordon_V1_EpochKeys.init)
    return try wire.strictBytes(of: "site bundle")
  }

  /// Writes the bundle, mode 0600; refuses to replace a file.
  package func write(to path: String) throws(CordonError) {
    try PrivateFile.create(at: path, holding: try serialized())
  }

  /// Reads a bundle; refuses one that others can read.
  package static func load(from path: String) throws(CordonError) -> SiteBundle {
    try SiteBundle(serialized: try PrivateFile.read(path, most: mostFileBytes))
  }
}
