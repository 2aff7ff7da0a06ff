extension SealedEntity {
  /// Bytes of a sealed name in a policy; what is longer is refused.
  package static let mostSealedBytes = 1024

  /// Kinds that a policy may name only sealed.
  private static let kinds: [(text: String, kind: EntityKind)] = [
    ("user", .user), ("account", .account), ("address", .address), ("path", .path), ("record", .record),
  ]

  /// One line of a policy: `kind:epoch:pseudonym:sealed`, the last two in hexadecimal.
  package var policyText: String {
    let kind = Self.kinds.first { $0.kind == entity.kind }?.text ?? "user"
    return "\(kind):\(entity.keyEpoch):\(Hex.encode(entity.pseudonym)):\(Hex.encode(sealedName))"
  }

  /// Nil for any other text.
  package init?(policyText: String) {
    let parts = policyText.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 4, let kind = Self.kinds.first(where: { $0.text == parts[0] })?.kind,
      let epoch = UInt32(parts[1]), epoch > 0, let pseudonym = Hex.decode(parts[2]),
      pseudonym.count == EntityRef.pseudonymLength, let sealed = Hex.decode(parts[3]), !sealed.isEmpty,
      sealed.count <= Self.mostSealedBytes
    else { return nil }
    let entity = EntityRef(kind: kind, keyEpoch: epoch, pseudonym: pseudonym)
    self.init(entity: entity, sealedName: sealed, part: .target)
  }
}
