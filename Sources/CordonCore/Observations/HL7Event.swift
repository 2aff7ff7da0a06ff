/// Something that was said in HL7 version 2.
package enum HL7Event: Hashable, Sendable {
  case message(HL7Message)
  /// Of a message that came the other way, by its MSA segment.
  case acknowledgement(HL7Acknowledgement)
  /// A frame that is no message: its length in bytes.
  case malformed(bytes: Int)
}

/// What an acknowledgement says of a message: AA and CA, AE and CE, AR and CR.
package enum HL7Acknowledgement: UInt8, Hashable, Sendable, CaseIterable { case accepted, error, rejected }

/// The head of one message; its text stays on the wire.
package struct HL7Message: Hashable, Sendable {
  /// Such as `ADT` and `A01`.
  package var type: String
  package var trigger: String
  package var sendingApplication: String
  package var sendingFacility: String
  package var receivingApplication: String
  package var receivingFacility: String
  /// Length of the message.
  package var bytes: Int
  /// Orders a device to do something.
  package var isControl: Bool
  package var patient: RawPatient?

  package init(
    type: String, trigger: String, sendingApplication: String = "", sendingFacility: String = "",
    receivingApplication: String = "", receivingFacility: String = "", bytes: Int, isControl: Bool = false,
    patient: RawPatient? = nil
  ) {
    self.type = type
    self.trigger = trigger
    self.sendingApplication = sendingApplication
    self.sendingFacility = sendingFacility
    self.receivingApplication = receivingApplication
    self.receivingFacility = receivingFacility
    self.bytes = bytes
    self.isControl = isControl
    self.patient = patient
  }
}
