package import CordonCore
import FoundationEssentials

extension Cordon_V1_KeyRotation {
  package init(_ rotation: KeyRotation) {
    self.init()
    agentID = rotation.agentID.text
    epoch = rotation.epoch
    beginsMs = rotation.begins.milliseconds
    linkableUntilMs = rotation.linkableUntil.milliseconds
    sealedStaff = Data(rotation.sealedStaff)
    sealedPatient = Data(rotation.sealedPatient)
  }

  /// The rotation; one to the first epoch, of keys of another length, or that lets names be linked for too long is refused.
  package func domain() throws(CordonError) -> KeyRotation {
    let rotation = KeyRotation(
      agentID: try AgentID(wire: agentID), epoch: epoch, begins: try Bounded.time(beginsMs, "begin"),
      linkableUntil: try Bounded.time(linkableUntilMs, "end of linking"), sealedStaff: [UInt8](sealedStaff),
      sealedPatient: [UInt8](sealedPatient))
    let linkable = rotation.linkableUntil.since(rotation.begins)
    guard epoch > 1, sealedStaff.count == KeyRotation.sealedLength,
      sealedPatient.isEmpty || sealedPatient.count == KeyRotation.sealedLength,
      linkable >= .zero, linkable <= KeyRotation.mostLinkable
    else {
      throw CordonError(
        .invalid, "malformed",
        "A rotation of keys has an epoch from 2, sealed keys of \(KeyRotation.sealedLength) bytes, and an end of linking."
      )
    }
    return rotation
  }
}

extension Cordon_V1_EpochKeys {
  package init(_ secrets: EpochSecrets) {
    self.init()
    epoch = secrets.epoch
    kStaff = Data(secrets.staff)
    kPatient = Data(secrets.patient ?? [])
    beginsMs = secrets.begins.milliseconds
    endsMs = secrets.ends?.milliseconds ?? 0
  }

  /// The keys; refuses those that are not 32 bytes each, and an epoch below 1.
  package func domain() throws(CordonError) -> EpochSecrets {
    guard epoch > 0, kStaff.count == EpochSecrets.keyLength,
      kPatient.isEmpty || kPatient.count == EpochSecrets.keyLength
    else { throw CordonError(.invalid, "keys", "The keys of epoch \(epoch) are not 32 bytes each.") }
    return EpochSecrets(
      epoch: epoch, staff: [UInt8](kStaff), patient: kPatient.isEmpty ? nil : [UInt8](kPatient),
      begins: try Bounded.time(beginsMs, "begin"),
      ends: endsMs == 0 ? nil : try Bounded.time(endsMs, "end"))
  }
}
