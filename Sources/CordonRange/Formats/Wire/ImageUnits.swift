/// A DICOM association unit by unit, as PS3.8 (upper layer) and PS3.7 (commands) have it.
///
/// What is stored and answered is zeros of the right length: no image is made up.
struct ImageUnits {
  /// What one side says at once.
  struct Part: Hashable, Sendable {
    var fromClient: Bool
    var bytes: [UInt8]
  }

  private enum Field {
    static let store: UInt16 = 0x0001
    static let find: UInt16 = 0x0020
    static let move: UInt16 = 0x0021
    static let answer: UInt16 = 0x8000
    static let pending: UInt16 = 0xFF00
  }

  private static let application = "1.2.840.10008.3.1.1.1"
  private static let implicit = "1.2.840.10008.1.2"
  private static let storage = "1.2.840.10008.5.1.4.1.1.2"
  private static let studyFind = "1.2.840.10008.5.1.4.1.2.2.1"
  private static let studyMove = "1.2.840.10008.5.1.4.1.2.2.2"
  /// Bytes of a question's data set, and of an answer's.
  private static let question = 64
  /// What an association may send in one unit.
  private static let unitLimit = 16_384

  private let dialogue: ImageDialogue

  init(_ dialogue: ImageDialogue) { self.dialogue = dialogue }

  var parts: [Part] {
    var parts = [Part(fromClient: true, bytes: request), Part(fromClient: false, bytes: acceptance)]
    for (number, step) in dialogue.steps.enumerated() { parts += self.parts(of: step, number: UInt16(number + 1)) }
    // A-RELEASE, asked for and granted.
    return parts + [
      Part(fromClient: true, bytes: Self.unit(0x05, [0, 0, 0, 0])),
      Part(fromClient: false, bytes: Self.unit(0x06, [0, 0, 0, 0])),
    ]
  }

  private func parts(of step: ImageDialogue.Step, number: UInt16) -> [Part] {
    func say(_ fromClient: Bool, _ command: [UInt8], data: Int? = nil) -> Part {
      Part(
        fromClient: fromClient,
        bytes: Self.value(command, isCommand: true)
          + (data.map { Self.value([UInt8](repeating: 0, count: $0), isCommand: false) } ?? []))
    }
    switch step {
    case .store(let bytes):
      let asked = Self.command(Self.storage, Field.store, number, hasData: true)
      return [say(true, asked, data: bytes), say(false, Self.answer(Self.storage, Field.store, number, status: 0))]
    case .find(let answers):
      let found = Self.answer(Self.studyFind, Field.find, number, status: Field.pending, hasData: true)
      return [say(true, Self.command(Self.studyFind, Field.find, number, hasData: true), data: Self.question)]
        + (0..<answers).map { _ in say(false, found, data: Self.question) }
        + [say(false, Self.answer(Self.studyFind, Field.find, number, status: 0))]
    case .move(let destination, let objects):
      let asked = Self.command(
        Self.studyMove, Field.move, number, hasData: true, more: Self.element(0x0600, Self.even(destination, 0x20)))
      let done = Self.element(0x1021, LittleEndian.bytes(UInt16(clamping: objects)))
      return [
        say(true, asked, data: Self.question),
        say(false, Self.answer(Self.studyMove, Field.move, number, status: 0, more: done)),
      ]
    }
  }

  // MARK: Association

  private var request: [UInt8] { Self.unit(0x01, association(contexts: 0x20)) }

  private var acceptance: [UInt8] { Self.unit(0x02, association(contexts: 0x21)) }

  /// Context 1 is for all that is said here.
  private func association(contexts kind: UInt8) -> [UInt8] {
    let proposed = kind == 0x20 ? Self.item(0x30, Array(subject.utf8)) : []
    let context = [1, 0, 0, 0] + proposed + Self.item(0x40, Array(Self.implicit.utf8))
    return [0, 1, 0, 0] + Self.title(dialogue.called) + Self.title(dialogue.calling)
      + [UInt8](repeating: 0, count: 32) + Self.item(0x10, Array(Self.application.utf8)) + Self.item(kind, context)
      + Self.item(0x50, Self.item(0x51, BigEndian.bytes(UInt32(Self.unitLimit))))
  }

  private var subject: String {
    switch dialogue.steps.first {
    case .find: Self.studyFind
    case .move: Self.studyMove
    case .store, nil: Self.storage
    }
  }

  private static func title(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8.prefix(16))
    return bytes + [UInt8](repeating: 0x20, count: 16 - bytes.count)
  }

  // MARK: Units

  private static func unit(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
    [type, 0] + BigEndian.bytes(UInt32(body.count)) + body
  }

  private static func item(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
    [type, 0] + BigEndian.bytes(UInt16(body.count)) + body
  }

  /// P-DATA-TF units of context 1, each within the limit; the last is marked.
  private static func value(_ bytes: [UInt8], isCommand: Bool) -> [UInt8] {
    let most = unitLimit - 6
    var units: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: most) {
      let end = min(start + most, bytes.count)
      let control: UInt8 = (isCommand ? 1 : 0) | (end == bytes.count ? 2 : 0)
      units += unit(0x04, BigEndian.bytes(UInt32(end - start + 2)) + [1, control] + bytes[start..<end])
    }
    return units
  }

  // MARK: Commands

  private static func command(
    _ subject: String, _ field: UInt16, _ number: UInt16, hasData: Bool, more: [UInt8] = []
  ) -> [UInt8] {
    group(
      element(0x0002, even(subject, 0)) + element(0x0100, LittleEndian.bytes(field))
        + element(0x0110, LittleEndian.bytes(number)) + more
        + element(0x0700, LittleEndian.bytes(UInt16(0))) + element(0x0800, LittleEndian.bytes(dataType(hasData))))
  }

  private static func answer(
    _ subject: String, _ field: UInt16, _ number: UInt16, status: UInt16, hasData: Bool = false, more: [UInt8] = []
  ) -> [UInt8] {
    group(
      element(0x0002, even(subject, 0)) + element(0x0100, LittleEndian.bytes(field | Field.answer))
        + element(0x0120, LittleEndian.bytes(number)) + element(0x0800, LittleEndian.bytes(dataType(hasData)))
        + element(0x0900, LittleEndian.bytes(status)) + more)
  }

  private static func dataType(_ hasData: Bool) -> UInt16 { hasData ? 0x0001 : 0x0101 }

  /// Group 0000 with its length before it.
  private static func group(_ elements: [UInt8]) -> [UInt8] {
    element(0x0000, LittleEndian.bytes(UInt32(elements.count))) + elements
  }

  private static func element(_ number: UInt16, _ value: [UInt8]) -> [UInt8] {
    [0, 0] + LittleEndian.bytes(number) + LittleEndian.bytes(UInt32(value.count)) + value
  }

  /// Values have an even length.
  private static func even(_ text: String, _ filler: UInt8) -> [UInt8] {
    Array(text.utf8) + (text.utf8.count % 2 == 0 ? [] : [filler])
  }
}
