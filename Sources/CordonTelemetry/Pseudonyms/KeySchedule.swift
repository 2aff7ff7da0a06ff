package import CordonCore
package import Crypto

/// The epochs of a site's keys that a machine holds: the one in use, those whose names it still opens, one to begin.
///
/// A value; time comes in. At most `mostEpochs`. The epoch in use only ever goes up, also where the clock is set back.
package struct KeySchedule: Hashable, Sendable {
  package static let mostEpochs = 8

  /// Ascending; never empty.
  package private(set) var epochs: [EpochSecrets]
  /// The epoch that names are written under.
  package private(set) var inUse: UInt32

  /// Uses the newest epoch that has begun, the oldest where none has. Code: `keys` for none, too many, or one twice.
  package init(_ epochs: [EpochSecrets], at now: Timestamp) throws(CordonError) {
    try self.init(epochs, using: epochs.map(\.epoch).min() ?? 0)
    advance(to: now)
  }

  /// Uses a given epoch, which is among them.
  package init(_ epochs: [EpochSecrets], using inUse: UInt32) throws(CordonError) {
    let sorted = epochs.sorted { $0.epoch < $1.epoch }
    guard sorted.contains(where: { $0.epoch == inUse }), sorted.count <= Self.mostEpochs,
      Set(sorted.map(\.epoch)).count == sorted.count
    else { throw CordonError(.invalid, "keys", "\(epochs.count) epochs of keys for names cannot be held.") }
    self.epochs = sorted
    self.inUse = inUse
  }

  package var current: EpochSecrets { secrets(of: inUse) ?? epochs[0] }

  package func secrets(of epoch: UInt32) -> EpochSecrets? { epochs.first { $0.epoch == epoch } }

  /// Uses the newest epoch that has begun; whether that is another one than before.
  @discardableResult
  package mutating func advance(to now: Timestamp) -> Bool {
    guard let next = epochs.last(where: { $0.begins <= now })?.epoch, next > inUse else { return false }
    inUse = next
    return true
  }

  /// Takes the next epoch, and when the one before it is to be forgotten; false where it is held already.
  ///
  /// Codes: `rolled-back` for an epoch that is not above all, or other keys of one that is held; `key-epochs`.
  package mutating func take(_ next: EpochSecrets, linkableUntil: Timestamp) throws(CordonError) -> Bool {
    if let known = secrets(of: next.epoch), known.staff == next.staff, known.patient == next.patient { return false }
    guard let last = epochs.indices.last, epochs[last].epoch < next.epoch else {
      throw CordonError(
        .denied, "rolled-back",
        "The keys of epoch \(next.epoch) are not newer than those of \(epochs.last?.epoch ?? 0).")
    }
    guard epochs.count < Self.mostEpochs else {
      throw CordonError(
        .conflict, "key-epochs", "\(epochs.count) epochs of keys are held, and none of them has ended.",
        remedy: "Rotate less often, or state a shorter time during which names may be linked.")
    }
    epochs[last].ends = linkableUntil
    epochs.append(next)
    return true
  }

  /// Forgets the epochs that have ended, but those that are still needed; whether there were any.
  package mutating func forget(at now: Timestamp, except needed: Set<UInt32>) -> Bool {
    let before = epochs.count
    epochs.removeAll { $0.epoch < inUse && !needed.contains($0.epoch) && ($0.ends.map { $0 <= now } ?? false) }
    return epochs.count < before
  }

  /// The keys as names are written and opened with them. Code: `keys`.
  package func keys(path: SymmetricKey) throws(CordonError) -> PseudonymKeys {
    let current = current
    let others = epochs.filter { $0.epoch != current.epoch }
    guard let staff = EpochKey(epoch: current.epoch, bytes: current.staff) else {
      throw CordonError(.invalid, "keys", "The key of staff names of epoch \(current.epoch) is not 32 bytes.")
    }
    let patient = current.patient.flatMap { EpochKey(epoch: current.epoch, bytes: $0) }
    return PseudonymKeys(
      staff: KeyRing(current: staff, others: others.compactMap { EpochKey(epoch: $0.epoch, bytes: $0.staff) }),
      patient: patient.map { patient in
        KeyRing(
          current: patient,
          others: others.compactMap { other in other.patient.flatMap { EpochKey(epoch: other.epoch, bytes: $0) } })
      }, path: path)
  }
}
