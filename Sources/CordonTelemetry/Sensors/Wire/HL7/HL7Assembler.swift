import CordonCore

/// Segments of one message to its head and its numbers; every other segment is passed over unread.
///
/// Fields are those of HL7 v2.9: MSH-3 to MSH-10, MSA-1 and MSA-2, PID-3 (PID-2 in old messages), OBX-3, OBX-5 and OBX-6.
struct HL7Assembler: Sendable {
  /// What an acknowledgement's MSA segment says.
  struct Answer: Hashable, Sendable {
    var acknowledgement: HL7Acknowledgement
    /// Hash of the control number of the message that it is about.
    var control: UInt64
  }

  /// What a frame's bytes came to.
  enum Outcome: Hashable, Sendable {
    case message(Assembled)
    /// No message: so many bytes, and why.
    case flaw(HL7Flaw, bytes: Int)
  }

  /// A message, read.
  struct Assembled: Hashable, Sendable {
    var message: HL7Message
    /// Hash of its control number.
    var control: UInt64
    var answer: Answer?
  }

  /// Of the message that has begun; what it holds is changed in place, because it is large.
  private var assembled = Assembled(message: HL7Message(type: "", trigger: "", bytes: 0), control: 0)
  private var hasHeader = false
  /// Room that is made with a message's first number, so that it need not grow.
  private static let usualResults = 32
  private var flaw: HL7Flaw?
  private var delimiters: HL7Delimiters?
  /// Of the last header read: on one connection the parties hardly change, and their names are taken over.
  private var parties: [UInt8] = []
  private var sender = HL7Message(type: "", trigger: "", bytes: 0)

  /// A message begins.
  mutating func start() {
    hasHeader = false
    flaw = nil
    delimiters = nil
  }

  /// The message's end, or that of the one before in a batch: what it came to, or why it came to nothing.
  mutating func end(bytes: Int) -> Outcome {
    defer { start() }
    guard hasHeader else { return .flaw(flaw ?? .noHeader, bytes: bytes) }
    assembled.message.bytes = bytes
    return .message(assembled)
  }

  /// Whether a segment is the header of another message in the same frame, as batches have it.
  func isNext(_ segment: Span<UInt8>) -> Bool { hasHeader && segment.has("MSH", at: 0) }

  /// Reads one segment.
  mutating func take(_ whole: Span<UInt8>) {
    // Some senders put the byte-order mark of their file before the message.
    let isMarked = whole.count > 3 && whole[0] == 0xEF && whole[1] == 0xBB && whole[2] == 0xBF
    let segment = whole.extracting((isMarked ? 3 : 0)..<whole.count)
    guard hasHeader, let delimiters else { return takeHeader(segment) }
    guard segment.count > 4, segment[3] == delimiters.field else { return }
    if segment.has("OBX", at: 0) {
      takeResult(segment, delimiters)
    } else if segment.has("PID", at: 0) {
      takePatient(segment, delimiters)
    } else if segment.has("MSA", at: 0) {
      takeAnswer(segment, delimiters)
    }
  }

  private mutating func takeHeader(_ segment: Span<UInt8>) {
    // The head of a batch or file stands before that of its first message.
    if flaw == nil, segment.has("FHS", at: 0) || segment.has("BHS", at: 0) { return }
    guard flaw == nil, segment.has("MSH", at: 0) else {
      flaw = flaw ?? .noHeader
      return
    }
    guard let delimiters = HL7Delimiters(header: segment) else {
      flaw = .badSeparators
      return
    }
    var fields = HL7Parts(4..<segment.count, separator: delimiters.field)
    guard let first = fields.next(after: 1, in: segment) else { return flaw = .noType }
    var last = first
    for _ in 0..<3 { last = fields.next(in: segment) ?? (last.upperBound..<last.upperBound) }
    takeParties(first.lowerBound..<last.upperBound, segment, delimiters)
    guard let what = fields.next(after: 2, in: segment) else { return flaw = .noType }
    var parts = HL7Parts(what, separator: delimiters.component)
    let type = parts.next(in: segment).map { HL7Text.text($0, in: segment, delimiters) } ?? ""
    let trigger = parts.next(in: segment).map { HL7Text.text($0, in: segment, delimiters) } ?? ""
    guard Self.isCode(type), trigger.isEmpty || Self.isCode(trigger) else { return flaw = .noType }
    self.delimiters = delimiters
    let control = fields.next(in: segment).map { HL7Text.hash($0, in: segment) } ?? 0
    var message = sender
    message.type = type
    message.trigger = trigger
    message.isControl = HL7Purpose.isControl(type: type, trigger: trigger)
    message.isAlert = HL7Purpose.isAlert(type: type, trigger: trigger)
    assembled = Assembled(message: message, control: control)
    hasHeader = true
  }

  /// Names of applications and facilities, MSH-3 to MSH-6, each by its first component.
  private mutating func takeParties(_ range: Range<Int>, _ segment: Span<UInt8>, _ delimiters: HL7Delimiters) {
    let raw = segment.extracting(range)
    guard raw.count != parties.count || raw.indices.contains(where: { raw[$0] != parties[$0] }) else { return }
    parties = raw.withUnsafeBufferPointer { Array($0) }
    var fields = HL7Parts(range, separator: delimiters.field)
    func name() -> String {
      guard let field = fields.next(in: segment) else { return "" }
      var parts = HL7Parts(field, separator: delimiters.component)
      return parts.next(in: segment).map { HL7Text.text($0, in: segment, delimiters) } ?? ""
    }
    sender.sendingApplication = name()
    sender.sendingFacility = name()
    sender.receivingApplication = name()
    sender.receivingFacility = name()
  }

  private mutating func takeAnswer(_ segment: Span<UInt8>, _ delimiters: HL7Delimiters) {
    var fields = HL7Parts(4..<segment.count, separator: delimiters.field)
    guard let code = fields.next(in: segment), code.count == 2, assembled.answer == nil,
      segment[code.lowerBound] == UInt8(ascii: "A") || segment[code.lowerBound] == UInt8(ascii: "C")
    else { return }
    let acknowledgement: HL7Acknowledgement
    switch segment[code.lowerBound + 1] {
    case UInt8(ascii: "A"): acknowledgement = .accepted
    case UInt8(ascii: "E"): acknowledgement = .error
    case UInt8(ascii: "R"): acknowledgement = .rejected
    default: return
    }
    let control = fields.next(in: segment).map { HL7Text.hash($0, in: segment) } ?? 0
    assembled.answer = Answer(acknowledgement: acknowledgement, control: control)
  }

  /// PID-3 repeats for one patient: a medical record number or one of the enterprise comes before others.
  private mutating func takePatient(_ segment: Span<UInt8>, _ delimiters: HL7Delimiters) {
    var fields = HL7Parts(4..<segment.count, separator: delimiters.field)
    _ = fields.next(in: segment)
    let external = fields.next(in: segment)
    var best: RawPatient?
    var identifiers = HL7Parts(fields.next(in: segment) ?? 0..<0, separator: delimiters.repetition)
    while let identifier = identifiers.next(in: segment) {
      let (patient, isPreferred) = Self.patient(identifier, segment, delimiters)
      guard let patient, best == nil || isPreferred else { continue }
      best = patient
      if isPreferred { break }
    }
    if best == nil, let external { best = Self.patient(external, segment, delimiters).patient }
    guard let best, !assembled.message.patients.contains(best) else { return }
    if assembled.message.patients.count < HL7Message.patientLimit {
      assembled.message.patients.append(best)
    } else {
      assembled.message.omittedPatients += 1
    }
  }

  /// An identifier of type CX: number, two check digits, assigning authority, type of number.
  ///
  /// The authority is `name&universal id&type of that`; the universal id, which FHIR and ATNA name too, comes before the
  /// name.
  private static func patient(
    _ range: Range<Int>, _ segment: Span<UInt8>, _ delimiters: HL7Delimiters
  ) -> (patient: RawPatient?, isPreferred: Bool) {
    var parts = HL7Parts(range, separator: delimiters.component)
    let id = parts.next(in: segment).map { HL7Text.text($0, in: segment, delimiters) } ?? ""
    guard !id.isEmpty else { return (nil, false) }
    var authority = ""
    if let assigner = parts.next(after: 2, in: segment) {
      var names = HL7Parts(assigner, separator: delimiters.subcomponent)
      let name = names.next(in: segment).map { HL7Text.text($0, in: segment, delimiters) } ?? ""
      let universal = names.next(in: segment).map { HL7Text.text($0, in: segment, delimiters) } ?? ""
      authority = universal.isEmpty ? name : universal
    }
    let type = parts.next(in: segment) ?? 0..<0
    let isPreferred =
      type.count == 2 && (segment.has("MR", at: type.lowerBound) || segment.has("PI", at: type.lowerBound))
    return (RawPatient(id: id, authority: authority), isPreferred)
  }

  /// OBX of type NM, each repetition of OBX-5; of type SN where it is one number with no comparison.
  private mutating func takeResult(_ segment: Span<UInt8>, _ delimiters: HL7Delimiters) {
    var fields = HL7Parts(4..<segment.count, separator: delimiters.field)
    guard let type = fields.next(after: 1, in: segment), type.count == 2,
      segment.has("NM", at: type.lowerBound) || segment.has("SN", at: type.lowerBound),
      let what = fields.next(in: segment), let values = fields.next(after: 1, in: segment)
    else { return }
    let isStructured = segment.has("SN", at: type.lowerBound)
    var hash = HL7Text.hash(Self.first(of: what, segment, delimiters), in: segment)
    if let unit = fields.next(in: segment) {
      hash = HL7Text.hash(Self.first(of: unit, segment, delimiters), in: segment, seed: hash ^ 1)
    }
    var repetitions = HL7Parts(values, separator: delimiters.repetition)
    while let repetition = repetitions.next(in: segment) {
      var range = repetition
      if isStructured {
        var parts = HL7Parts(repetition, separator: delimiters.component)
        guard parts.next(in: segment)?.isEmpty ?? false, let number = parts.next(in: segment),
          parts.next(in: segment)?.isEmpty ?? true
        else { continue }
        range = number
      }
      guard let value = HL7Text.number(range, in: segment) else { continue }
      if assembled.message.results.isEmpty { assembled.message.results.reserveCapacity(Self.usualResults) }
      if assembled.message.results.count < HL7Message.resultLimit {
        assembled.message.results.append(HL7Result(code: hash, value: value))
      } else {
        assembled.message.omittedResults += 1
      }
    }
  }

  private static func first(of range: Range<Int>, _ segment: Span<UInt8>, _ delimiters: HL7Delimiters) -> Range<Int> {
    var parts = HL7Parts(range, separator: delimiters.component)
    return parts.next(in: segment) ?? range
  }

  /// Letters, digits and underscores: `ADT`, `A01`, a vendor's `ZZ_1`.
  private static func isCode(_ text: String) -> Bool {
    (1...15).contains(text.utf8.count)
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) || $0 == 0x5F }
  }
}
