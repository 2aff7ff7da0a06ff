/// Something that was said in DICOM's upper layer or its message exchange (PS3.8, PS3.7).
package enum DICOMEvent: Hashable, Sendable {
  /// An association was asked for, by the names that the two applications go by.
  case requested(calling: String, called: String)
  case accepted
  /// Result, source and reason as PS3.8 numbers them.
  case rejected(result: UInt8, source: UInt8, reason: UInt8)
  case aborted
  /// A command of the message exchange.
  case command(DICOMCommand)
  /// Bytes of data sets that went by since the last event of the kind on this connection.
  case data(bytes: Int)
  /// Bytes that are no protocol data unit.
  case malformed
}

/// What a command asks for.
package struct DICOMCommand: Hashable, Sendable {
  package enum Verb: UInt8, Hashable, Sendable, CaseIterable { case echo, store, find, get, move, cancel, other }

  package var verb: Verb
  /// The title that a move sends to; empty for every other verb.
  package var destination: String
  /// Nil for a request.
  package var status: UInt16?

  package init(verb: Verb, destination: String = "", status: UInt16? = nil) {
    self.verb = verb
    self.destination = destination
    self.status = status
  }
}
