package import CordonCore
import FoundationEssentials

/// The file format of an exported ledger: JSON Lines, a line each for header, entries and checkpoints.
///
///     {"cordon_ledger":1,"key":"hospital.example/ledger+1a2b3c4d+AY…"}
///     {"index":0,"leaf":"…","record":"{\"kind\":…}","salt":"…"}
///     {"checkpoint":"hospital.example/ledger\n1\n…\n\n— hospital.example/ledger …\n"}
///
/// Entries ascend from 0. A checkpoint stands right after the last entry that it covers, so that a reader needs no more
/// memory than the tree's frontier. An erased entry has neither record nor salt.
package enum LedgerExport {
  package static let version = 1
  /// Bytes of a line, at most; a record is escaped to no more than six times its size.
  package static let mostLineBytes = 8 << 20

  /// One line, read.
  package enum Line: Hashable, Sendable {
    case header(LedgerVerifierKey)
    case entry(LedgerEntry)
    case checkpoint(String)
  }

  /// One line without its newline.
  package static func text(of line: Line) throws(CordonError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(RawLine(line)), as: UTF8.self)
    } catch {
      throw CordonError(.defect, "ledger-export", "A ledger line could not be written: \(error).")
    }
  }

  /// - Throws: `ledger-line`, saying what is wrong with it; the caller knows its number.
  package static func parse(_ line: some Sequence<UInt8>) throws(CordonError) -> Line {
    let data = Data(line)
    guard data.count <= mostLineBytes else { throw malformed("it is longer than \(mostLineBytes) bytes") }
    guard let raw = try? JSONDecoder().decode(RawLine.self, from: data) else {
      throw malformed("it is not a JSON object of the known fields")
    }
    return try raw.line()
  }

  fileprivate static func malformed(_ why: String) -> CordonError {
    CordonError(.invalid, "ledger-line", "The line cannot be read: \(why).")
  }
}

/// A line's fields as JSON has them.
private struct RawLine: Codable {
  var version: Int?
  var key: String?
  var index: UInt64?
  var leaf: String?
  var salt: String?
  var record: String?
  /// A record that is not UTF-8 is written in hexadecimal.
  var recordHex: String?
  var checkpoint: String?

  enum CodingKeys: String, CodingKey {
    case version = "cordon_ledger"
    case key, index, leaf, salt, record
    case recordHex = "record_hex"
    case checkpoint
  }

  init(_ line: LedgerExport.Line) {
    switch line {
    case .header(let key):
      version = LedgerExport.version
      self.key = key.text
    case .checkpoint(let note): checkpoint = note
    case .entry(let entry):
      index = entry.index
      leaf = Hex.encode(entry.leaf)
      guard let bytes = entry.record else { return }
      salt = Hex.encode(entry.salt)
      if let text = String(validating: bytes, as: UTF8.self) {
        record = text
      } else {
        recordHex = Hex.encode(bytes)
      }
    }
  }

  func line() throws(CordonError) -> LedgerExport.Line {
    if let version {
      guard version == LedgerExport.version else {
        throw LedgerExport.malformed("format \(version) is not known; this program reads \(LedgerExport.version)")
      }
      guard let key else { throw LedgerExport.malformed("the header names no key") }
      return .header(try LedgerVerifierKey(text: key))
    }
    if let checkpoint { return .checkpoint(checkpoint) }
    guard let index, index < UInt64(Int64.max) else {
      throw LedgerExport.malformed("it is neither header nor entry nor checkpoint")
    }
    guard let leaf = leaf.flatMap({ Hex.decode($0) }), leaf.count == LedgerEntry.leafLength else {
      throw LedgerExport.malformed("entry \(index) has no leaf of 64 hexadecimal digits")
    }
    guard let bytes = try recordBytes() else {
      guard salt == nil else { throw LedgerExport.malformed("entry \(index) is erased, but has a salt") }
      return .entry(LedgerEntry(index: index, salt: [], record: nil, leaf: leaf))
    }
    guard let salt = salt.flatMap({ Hex.decode($0) }), salt.count == LedgerEntry.saltLength else {
      throw LedgerExport.malformed("entry \(index) has no salt of 64 hexadecimal digits")
    }
    return .entry(LedgerEntry(index: index, salt: salt, record: bytes, leaf: leaf))
  }

  private func recordBytes() throws(CordonError) -> [UInt8]? {
    if let record { return Array(record.utf8) }
    guard let recordHex else { return nil }
    guard let bytes = Hex.decode(recordHex) else { throw LedgerExport.malformed("its record_hex is no hexadecimal") }
    return bytes
  }
}
