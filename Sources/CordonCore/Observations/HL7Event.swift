/// Something that was said in HL7 version 2.
package enum HL7Event: Hashable, Sendable {
  case message(HL7Message)
  /// Of a message that came the other way, by its MSA segment.
  case acknowledgement(HL7Acknowledgement)
  /// Of no message that was seen: invented, late, or of one before the capture.
  case strayAcknowledgement(HL7Acknowledgement)
  /// Messages that were given up waiting for an acknowledgement.
  case unanswered(messages: Int)
  /// Bytes that are no message, so many of them, and why not.
  case malformed(bytes: Int, flaw: HL7Flaw)
}

/// What an acknowledgement says of a message: AA and CA, AE and CE, AR and CR.
package enum HL7Acknowledgement: UInt8, Hashable, Sendable, CaseIterable { case accepted, error, rejected }

/// Why bytes are no message.
package enum HL7Flaw: UInt8, Hashable, Sendable, CaseIterable {
  /// Bytes between messages, without the framing of MLLP.
  case unframed
  /// The message ends before its end block: by another start block, or by the connection's end.
  case unfinished
  /// Does not begin with a header segment; text in UTF-16 is of this kind.
  case noHeader
  /// Its separators are letters, are the same, or are missing.
  case badSeparators
  /// Its header does not say which message it is.
  case noType
  case oversized
}

/// The head of one message, and the numbers that a device measured; its text stays on the wire.
package struct HL7Message: Hashable, Sendable {
  /// Patients of one message that are told apart.
  package static let patientLimit = 8
  /// Measured numbers of one message that are kept.
  package static let resultLimit = 32

  /// Such as `ADT` and `A01`; a message without a trigger has an empty one.
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
  /// A device raises an alarm, or tells that one has changed.
  package var isAlert: Bool
  /// Whom it is about, the first `patientLimit` of them.
  package var patients: [RawPatient]
  /// Patients named beyond the limit.
  package var omittedPatients: Int
  /// What was measured, the first `resultLimit` numbers.
  package var results: [HL7Result]
  /// Numbers beyond the limit.
  package var omittedResults: Int

  package init(
    type: String, trigger: String, sendingApplication: String = "", sendingFacility: String = "",
    receivingApplication: String = "", receivingFacility: String = "", bytes: Int, isControl: Bool = false,
    isAlert: Bool = false, patients: [RawPatient] = [], omittedPatients: Int = 0, results: [HL7Result] = [],
    omittedResults: Int = 0
  ) {
    self.type = type
    self.trigger = trigger
    self.sendingApplication = sendingApplication
    self.sendingFacility = sendingFacility
    self.receivingApplication = receivingApplication
    self.receivingFacility = receivingFacility
    self.bytes = bytes
    self.isControl = isControl
    self.isAlert = isAlert
    self.patients = patients
    self.omittedPatients = omittedPatients
    self.results = results
    self.omittedResults = omittedResults
  }

  package var patient: RawPatient? { patients.first }
}

/// One measured number, and a hash of what was measured in which unit: the words themselves are not kept.
package struct HL7Result: Hashable, Sendable {
  package var code: UInt64
  package var value: Double

  package init(code: UInt64, value: Double) {
    self.code = code
    self.value = value
  }
}
