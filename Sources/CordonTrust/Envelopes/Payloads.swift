package import CordonCore
import CordonWire

extension Policy: EnvelopePayload {
  package static var envelopeType: EnvelopeType { .policy }

  package init(payload: [UInt8]) throws(CordonError) {
    self = try Cordon_V1_Policy(strictly: payload, of: "policy").domain()
  }

  package func encodedPayload() throws(CordonError) -> [UInt8] {
    try Cordon_V1_Policy(self).strictBytes(of: "policy")
  }
}

extension Command: EnvelopePayload {
  package static var envelopeType: EnvelopeType { .command }

  package init(payload: [UInt8]) throws(CordonError) {
    self = try Cordon_V1_Command(strictly: payload, of: "command").domain()
  }

  package func encodedPayload() throws(CordonError) -> [UInt8] {
    try Cordon_V1_Command(self).strictBytes(of: "command")
  }
}

extension LeaseRenewal: EnvelopePayload {
  package static var envelopeType: EnvelopeType { .renewal }

  package init(payload: [UInt8]) throws(CordonError) {
    self = try Cordon_V1_LeaseRenewal(strictly: payload, of: "renewal").domain()
  }

  package func encodedPayload() throws(CordonError) -> [UInt8] {
    try Cordon_V1_LeaseRenewal(self).strictBytes(of: "renewal")
  }
}

extension WitnessRequest: EnvelopePayload {
  package static var envelopeType: EnvelopeType { .witness }

  package init(payload: [UInt8]) throws(CordonError) {
    self = try Cordon_V1_WitnessRequest(strictly: payload, of: "witness request").domain()
  }

  package func encodedPayload() throws(CordonError) -> [UInt8] {
    try Cordon_V1_WitnessRequest(self).strictBytes(of: "witness request")
  }
}

extension UnsealOrder: EnvelopePayload {
  package static var envelopeType: EnvelopeType { .unseal }

  /// What its signatures must suffice for: patients' names take two people, one of them a privacy officer.
  package var act: AuthorityAct { concernsPatients ? .unsealPatient : .unsealStaff }

  package init(payload: [UInt8]) throws(CordonError) {
    self = try Cordon_V1_UnsealOrder(strictly: payload, of: "order to unseal").domain()
  }

  package func encodedPayload() throws(CordonError) -> [UInt8] {
    try Cordon_V1_UnsealOrder(self).strictBytes(of: "order to unseal")
  }
}

extension KeyRotation: EnvelopePayload {
  package static var envelopeType: EnvelopeType { .keys }

  package init(payload: [UInt8]) throws(CordonError) {
    self = try Cordon_V1_KeyRotation(strictly: payload, of: "rotation of keys").domain()
  }

  package func encodedPayload() throws(CordonError) -> [UInt8] {
    try Cordon_V1_KeyRotation(self).strictBytes(of: "rotation of keys")
  }
}

extension CommandRelease: EnvelopePayload {
  package static var envelopeType: EnvelopeType { .release }

  package init(payload: [UInt8]) throws(CordonError) {
    self = try Cordon_V1_CommandRelease(strictly: payload, of: "release").domain()
  }

  package func encodedPayload() throws(CordonError) -> [UInt8] {
    try Cordon_V1_CommandRelease(self).strictBytes(of: "release")
  }
}

/// Only points to a model: the bundle itself is signed in an envelope of its own, by people.
extension ModelOffer: EnvelopePayload {
  package static var envelopeType: EnvelopeType { .modelOffer }

  package init(payload: [UInt8]) throws(CordonError) {
    self = try Cordon_V1_ModelOffer(strictly: payload, of: "model offer").domain()
  }

  package func encodedPayload() throws(CordonError) -> [UInt8] {
    try Cordon_V1_ModelOffer(self).strictBytes(of: "model offer")
  }
}
