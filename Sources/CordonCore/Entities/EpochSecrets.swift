/// The keys of names of one epoch, as a site makes them and an agent's root keeps them. Never on the collector's host.
package struct EpochSecrets: Hashable, Sendable {
  /// Bytes of a key.
  package static let keyLength = 32

  /// From 1.
  package var epoch: UInt32
  package var staff: [UInt8]
  /// Nil on workstations, which never hold it.
  package var patient: [UInt8]?
  /// From when on names are written under it.
  package var begins: Timestamp
  /// Until when it is kept once another has begun; nil: no end is known yet.
  package var ends: Timestamp?

  package init(
    epoch: UInt32, staff: [UInt8], patient: [UInt8]?, begins: Timestamp = .epoch, ends: Timestamp? = nil
  ) {
    self.epoch = epoch
    self.staff = staff
    self.patient = patient
    self.begins = begins
    self.ends = ends
  }
}
