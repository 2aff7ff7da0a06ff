import CordonCore

/// An entity with its sealed name, as JSON.
struct EntityBody: Codable {
  var kind: UInt8
  var epoch: UInt32
  /// Hexadecimal; empty for a clear label.
  var pseudonym: String
  var label: String
  var sealed: String
  var part: String

  init(_ entity: SealedEntity) {
    kind = entity.entity.kind.rawValue
    epoch = entity.entity.keyEpoch
    pseudonym = Hex.encode(entity.entity.pseudonym)
    label = entity.entity.label
    sealed = Hex.encode(entity.sealedName)
    part = entity.part.rawValue
  }

  func domain() throws(CordonError) -> SealedEntity {
    guard let kind = EntityKind(rawValue: kind), let pseudonym = Hex.decode(pseudonym), let sealed = Hex.decode(sealed),
      let part = SealedEntity.Part(rawValue: part)
    else { throw StoreFailure.badRow("detections", "entity") }
    let entity =
      pseudonym.isEmpty
      ? EntityRef(kind: kind, label: label) : EntityRef(kind: kind, keyEpoch: epoch, pseudonym: pseudonym)
    return SealedEntity(entity: entity, sealedName: sealed, part: part)
  }
}

/// A process, as JSON.
struct ProcessBody: Codable {
  var pid: UInt32
  var startTicks: UInt64
  var boot: String
  var executable: String

  init(_ process: ProcessRef) {
    pid = process.pid
    startTicks = process.startTicks
    boot = process.bootID
    executable = process.executable
  }

  var domain: ProcessRef { ProcessRef(pid: pid, startTicks: startTicks, bootID: boot, executable: executable) }
}
