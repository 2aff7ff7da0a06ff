package import CordonCore
import Crypto

/// Turns canonical names into what may leave the machine: HMAC-SHA256(K_epoch, kind ‖ 0 ‖ name), 16 bytes, or a label.
///
/// Keeps the pseudonyms of recent names: at most `cacheLimit` in each of two generations.
package struct Pseudonymiser: Sendable {
  package static let cacheLimit = 2048

  private var keys: PseudonymKeys
  private var clear: [CanonicalName: String] = [:]
  private var cache = GenerationCache<CanonicalName, EntityRef>(limit: cacheLimit)

  package init(keys: PseudonymKeys) { self.keys = keys }

  /// Epoch of the pseudonyms made now.
  package var epoch: UInt32 { keys.staff.current.epoch }

  /// Takes other keys: every name gets its pseudonym of the new epoch from now on.
  package mutating func use(_ keys: PseudonymKeys) {
    self.keys = keys
    cache.removeAll()
  }

  /// Names that the policy lets leave in clear, with the label under which they do.
  package mutating func setClear(_ names: [CanonicalName: String]) {
    clear = names
    cache.removeAll()
  }

  /// A name as it may leave; nil where the agent does not hold the key for its kind.
  package mutating func reference(to name: CanonicalName) -> EntityRef? {
    if let known = cache[name] { return known }
    guard let made = make(name) else { return nil }
    cache[name] = made
    return made
  }

  /// As `reference`, with the name sealed to those who hold the site's key, unless it is clear.
  package mutating func sealed(_ name: CanonicalName, part: SealedEntity.Part) -> SealedEntity? {
    guard let entity = reference(to: name) else { return nil }
    guard !entity.pseudonym.isEmpty else { return SealedEntity(entity: entity, part: part) }
    guard let key = keys.sealingKey(for: name.kind), let sealed = try? SealedNames.seal(name, to: key.sealingKey)
    else { return nil }
    return SealedEntity(entity: entity, sealedName: sealed, part: part)
  }

  /// The name that was sealed to the site's keys; nil where it cannot be opened with those that are held.
  package func opened(_ sealed: SealedEntity) -> CanonicalName? { try? SealedNames.open(sealed, keys: keys) }

  /// Whether a name is among those of some pseudonyms, whichever epoch they are of.
  package mutating func matches(_ name: CanonicalName, _ references: Set<EntityRef>) -> Bool {
    if reference(to: name).map(references.contains) ?? false { return true }
    return keys.epochs.dropFirst().contains { epoch in
      guard let key = keys.pseudonymKey(for: name.kind, epoch: epoch)?.key else { return false }
      let pseudonym = Self.pseudonym(of: name, key: key)
      return references.contains(EntityRef(kind: name.kind, keyEpoch: epoch, pseudonym: pseudonym))
    }
  }

  /// A name sealed as the one behind a pseudonym of an epoch that is held.
  package func sealed(_ name: CanonicalName, as entity: EntityRef, part: SealedEntity.Part) -> SealedEntity? {
    guard let key = keys.sealingKey(for: entity.kind, epoch: entity.keyEpoch),
      let sealed = try? SealedNames.seal(name, to: key.sealingKey)
    else { return nil }
    return SealedEntity(entity: entity, sealedName: sealed, part: part)
  }

  /// A hasher for distinct counts, keyed so that registers cannot be tried against a list of names without the key.
  package var sketchHasher: SketchHasher { SketchHasher(key: keys.staff.current) }

  /// As `sketchHasher`, for patients, under the key that only gateways hold; nil on any other machine.
  package var patientHasher: SketchHasher? { keys.patient.map { SketchHasher(key: $0.current) } }

  private func make(_ name: CanonicalName) -> EntityRef? {
    if NameClass(of: name.kind) == .clear { return EntityRef(kind: name.kind, label: name.text) }
    if let label = clear[name] { return EntityRef(kind: name.kind, label: label) }
    guard let (epoch, key) = keys.pseudonymKey(for: name.kind) else { return nil }
    return EntityRef(kind: name.kind, keyEpoch: epoch, pseudonym: Self.pseudonym(of: name, key: key))
  }

  static func pseudonym(of name: CanonicalName, key: SymmetricKey) -> [UInt8] {
    var code = HMAC<SHA256>(key: key)
    code.update(data: [name.kind.rawValue, 0])
    code.update(data: name.bytes)
    return Array(code.finalize().prefix(EntityRef.pseudonymLength))
  }
}
