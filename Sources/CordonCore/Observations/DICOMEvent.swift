/// Something that was said in DICOM's upper layer or its message exchange (PS3.8, PS3.7).
package enum DICOMEvent: Hashable, Sendable {
  /// An association was asked for, by the names that the two applications go by.
  case requested(calling: String, called: String)
  /// So many kinds of exchange were agreed on, and so many refused.
  case accepted(contexts: Int, refused: Int)
  /// Result, source and reason as PS3.8 numbers them.
  case rejected(result: UInt8, source: UInt8, reason: UInt8)
  case released
  case aborted
  /// A command of the message exchange.
  case command(DICOMCommand)
  /// Bytes of the data set that went with the last command of the same sender.
  case data(bytes: Int)
  /// Bytes that are no protocol data unit, or a unit that is damaged.
  case malformed
}

/// What a command asks for, or answers.
package struct DICOMCommand: Hashable, Sendable {
  package enum Verb: UInt8, Hashable, Sendable, CaseIterable {
    case echo, store, find, get, move, cancel
    /// N-EVENT-REPORT: something happened to what is managed.
    case report
    /// N-GET: an attribute is read.
    case inspect
    /// N-SET, N-CREATE and N-DELETE: what is managed is changed.
    case change
    /// N-ACTION: something is to be done, as printing or committing to keep.
    case action
    case other
  }

  package var verb: Verb
  /// The title that a move sends to; empty for every other verb.
  package var destination: String
  /// Nil for a request.
  package var status: UInt16?
  /// Images that a get or a move has sent so far, and could not send; of an answer.
  package var completed: Int
  package var failed: Int

  package init(
    verb: Verb, destination: String = "", status: UInt16? = nil, completed: Int = 0, failed: Int = 0
  ) {
    self.verb = verb
    self.destination = destination
    self.status = status
    self.completed = completed
    self.failed = failed
  }

  package var isRequest: Bool { status == nil }

  /// An answer that says neither success nor that more is to come nor a mere warning (PS3.7, annex C).
  package var isFailure: Bool {
    guard let status else { return false }
    return status & 0xF000 == 0xA000 || status & 0xF000 == 0xC000 || status & 0xFF00 == 0x0100
      || status & 0xFF00 == 0x0200
  }
}
