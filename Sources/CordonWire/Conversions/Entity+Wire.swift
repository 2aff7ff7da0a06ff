package import CordonCore
import FoundationEssentials

extension Cordon_V1_EntityRef {
  package init(_ ref: EntityRef) {
    self.init()
    kind = Cordon_V1_EntityKind(rawValue: Int(ref.kind.rawValue)) ?? .unspecified
    keyEpoch = ref.keyEpoch
    pseudonym = Data(ref.pseudonym)
    label = ref.label
  }

  /// Either a label or a 16-byte pseudonym of a named key epoch; anything else is refused.
  package func domain() throws(CordonError) -> EntityRef {
    let kind = try Bounded.known(kind.rawValue, as: EntityKind.self, "entity kind")
    if pseudonym.isEmpty {
      guard !label.isEmpty, keyEpoch == 0 else {
        throw CordonError(.invalid, "malformed", "An entity has neither label nor pseudonym.")
      }
      return EntityRef(kind: kind, label: try Bounded.text(label, "entity label"))
    }
    guard pseudonym.count == EntityRef.pseudonymLength, label.isEmpty, keyEpoch > 0 else {
      throw CordonError(.invalid, "malformed", "A pseudonym is not 16 bytes under a key epoch, without a label.")
    }
    return EntityRef(kind: kind, keyEpoch: keyEpoch, pseudonym: [UInt8](pseudonym))
  }
}

extension Cordon_V1_SealedEntity {
  package init(_ sealed: SealedEntity) {
    self.init()
    entity = Cordon_V1_EntityRef(sealed.entity)
    sealedName = Data(sealed.sealedName)
    part = sealed.part.rawValue
  }

  package func domain() throws(CordonError) -> SealedEntity {
    guard let part = SealedEntity.Part(rawValue: part) else {
      throw CordonError(.invalid, "unknown-value", "An entity plays a part that this version does not know.")
    }
    return SealedEntity(
      entity: try entity.domain(),
      sealedName: try Bounded.bytes(sealedName, "sealed name", most: WireLimits.sealedName), part: part)
  }
}

extension Cordon_V1_ProcessRef {
  package init(_ process: ProcessRef) {
    self.init()
    pid = process.pid
    startTicks = process.startTicks
    bootID = process.bootID
    executable = process.executable
  }

  package func domain() throws(CordonError) -> ProcessRef {
    guard pid > 0, pid <= UInt32(Int32.max) else {
      throw CordonError(.invalid, "out-of-range", "A process id is not between 1 and \(Int32.max).")
    }
    return ProcessRef(
      pid: pid, startTicks: startTicks, bootID: try Bounded.text(bootID, "boot id"),
      executable: try Bounded.text(executable, "executable", most: WireLimits.path))
  }
}
