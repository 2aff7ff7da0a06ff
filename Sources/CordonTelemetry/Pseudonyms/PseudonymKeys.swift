import CordonCore
package import Crypto

/// A site key of one epoch: 32 random bytes that `cordon site init` made.
package struct EpochKey: Sendable {
  /// From 1; 0 marks a clear label on the wire.
  package let epoch: UInt32
  package let key: SymmetricKey

  package static let length = 32

  /// Nil unless the epoch is above 0 and there are 32 bytes.
  package init?(epoch: UInt32, bytes: some Collection<UInt8>) {
    guard epoch > 0, bytes.count == Self.length else { return nil }
    self.epoch = epoch
    self.key = SymmetricKey(data: [UInt8](bytes))
  }
}

/// The key in use, and those of other epochs whose names are still opened.
package struct KeyRing: Sendable {
  package let current: EpochKey
  package let others: [EpochKey]

  package init(current: EpochKey, others: [EpochKey] = []) {
    self.current = current
    self.others = others
  }

  /// The key of an epoch, where it is held.
  package func key(of epoch: UInt32) -> EpochKey? {
    current.epoch == epoch ? current : others.first { $0.epoch == epoch }
  }
}

/// The keys that an agent holds: `K_staff` always, `K_patient` on gateways alone, and its own for paths.
package struct PseudonymKeys: Sendable {
  package var staff: KeyRing
  /// Nil on workstations.
  package var patient: KeyRing?
  /// Never leaves the agent; its epochs are numbered with the staff key's.
  package var path: SymmetricKey

  package init(staff: KeyRing, patient: KeyRing? = nil, path: SymmetricKey) {
    self.staff = staff
    self.patient = patient
    self.path = path
  }

  /// The key that a kind's pseudonyms are made with, at an epoch or now; nil where the agent does not hold it.
  func pseudonymKey(for kind: EntityKind, epoch: UInt32? = nil) -> (epoch: UInt32, key: SymmetricKey)? {
    switch kind {
    case .record:
      guard let ring = patient, let key = ring.key(of: epoch ?? ring.current.epoch) else { return nil }
      return (key.epoch, key.key)
    case .path:
      return (epoch ?? staff.current.epoch, path)
    case .user, .account, .address, .host, .device:
      guard let key = staff.key(of: epoch ?? staff.current.epoch) else { return nil }
      return (key.epoch, key.key)
    }
  }

  /// Epochs whose keys are held, the one in use first.
  package var epochs: [UInt32] { [staff.current.epoch] + staff.others.map(\.epoch) }

  /// The key whose holders may open a kind's sealed names; paths are sealed to the staff key's holders.
  func sealingKey(for kind: EntityKind, epoch: UInt32? = nil) -> EpochKey? {
    let ring = kind == .record ? patient : staff
    guard let ring else { return nil }
    return ring.key(of: epoch ?? ring.current.epoch)
  }
}
