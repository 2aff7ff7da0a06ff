/// Writes what DICOM programs send, for tests: units of the upper layer, and command sets.
enum DICOMBytes {
  static func unit(_ kind: UInt8, _ body: [UInt8]) -> [UInt8] { [kind, 0] + big(body.count, 4) + body }

  static func request(calling: String, called: String, contexts: Int = 2) -> [UInt8] {
    var body = parties(calling, called) + item(0x10, Array("1.2.840.10008.3.1.1.1".utf8))
    for index in 0..<contexts {
      let names = item(0x30, Array("1.2.840.10008.1.1".utf8)) + item(0x40, Array("1.2.840.10008.1.2".utf8))
      body += item(0x20, [UInt8(2 * index + 1), 0, 0, 0] + names)
    }
    body += item(0x50, item(0x51, big(16_384, 4)))
    return unit(1, body)
  }

  /// - Parameter results: of each kind of exchange; 0 is accepted.
  static func acceptance(_ results: [UInt8]) -> [UInt8] {
    var body = parties("A", "B") + item(0x10, Array("1.2.840.10008.3.1.1.1".utf8))
    for (index, result) in results.enumerated() {
      let name = item(0x40, Array("1.2.840.10008.1.2".utf8))
      body += item(0x21, [UInt8(2 * index + 1), 0, result, 0] + name)
    }
    return unit(2, body + item(0x50, []))
  }

  static func rejection(_ result: UInt8, _ source: UInt8, _ reason: UInt8) -> [UInt8] {
    unit(3, [0, result, source, reason])
  }

  static let releaseRequest = unit(5, [0, 0, 0, 0])
  static let releaseReply = unit(6, [0, 0, 0, 0])
  static let abort = unit(7, [0, 0, 2, 1])

  static func fragment(_ bytes: [UInt8], isCommand: Bool, isLast: Bool = true) -> [UInt8] {
    big(bytes.count + 2, 4) + [1, (isCommand ? 1 : 0) | (isLast ? 2 : 0)] + bytes
  }

  /// A command in a unit of its own.
  static func command(_ elements: [(UInt16, [UInt8])]) -> [UInt8] {
    unit(4, fragment(commandSet(elements), isCommand: true))
  }

  static func commandSet(_ elements: [(UInt16, [UInt8])]) -> [UInt8] {
    elements.flatMap { element, value in [0, 0] + little(Int(element), 2) + little(value.count, 4) + value }
  }

  static func field(_ code: UInt16) -> (UInt16, [UInt8]) { (0x0100, little(Int(code), 2)) }
  static func status(_ code: UInt16) -> (UInt16, [UInt8]) { (0x0900, little(Int(code), 2)) }
  static func destination(_ title: String) -> (UInt16, [UInt8]) { (0x0600, Array(title.utf8)) }

  static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
  static func big(_ value: Int, _ count: Int) -> [UInt8] { little(value, count).reversed() }

  private static func item(_ type: UInt8, _ body: [UInt8]) -> [UInt8] { [type, 0] + big(body.count, 2) + body }

  private static func parties(_ calling: String, _ called: String) -> [UInt8] {
    func title(_ text: String) -> [UInt8] { Array((text + String(repeating: " ", count: 16)).utf8.prefix(16)) }
    return [0, 1, 0, 0] + title(called) + title(calling) + [UInt8](repeating: 0, count: 32)
  }
}
