import CordonCore
import FoundationEssentials

/// Looks for planted names in bytes, in every form in which a program might write them.
///
/// Letters are compared without regard to case, in ASCII text, in UTF-16 of both orders and in hexadecimal; base64 keeps
/// its case, and is tried at each of the three places where a name may begin within a group.
struct LeakSearch: Sendable {
  /// A form of a name, as bytes to look for.
  private struct Needle: Sendable {
    var name: String
    var form: String
    var bytes: [UInt8]
    var isFolded: Bool
  }

  private let needles: [Needle]

  /// - Parameters:
  ///   - texts: names as text; the shorter they are, the more they are found by chance: six bytes or more.
  ///   - binary: names that are bytes, such as addresses and keys.
  init(texts: [String], binary: [String: [UInt8]] = [:]) {
    needles = texts.flatMap { Self.forms(of: $0) } + binary.flatMap { Self.forms(of: $0.value, named: $0.key) }
  }

  /// What was found: the name and its form.
  func finds(in bytes: [UInt8]) -> [String] {
    let folded = bytes.map(Self.fold)
    return needles.filter { Self.contains($0.isFolded ? folded : bytes, $0.bytes) }.map { "\($0.name) (\($0.form))" }
  }

  private static func forms(of text: String) -> [Needle] {
    let raw = Array(text.utf8).map(fold)
    let little = text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }.map(fold)
    let big = text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }.map(fold)
    return [
      Needle(name: text, form: "text", bytes: raw, isFolded: true),
      Needle(name: text, form: "UTF-16 little-endian", bytes: little, isFolded: true),
      Needle(name: text, form: "UTF-16 big-endian", bytes: big, isFolded: true),
    ] + coded(Array(text.utf8), named: text) + coded(raw, named: text)
  }

  private static func forms(of bytes: [UInt8], named name: String) -> [Needle] {
    [Needle(name: name, form: "bytes", bytes: bytes, isFolded: false)] + coded(bytes, named: name)
  }

  private static func coded(_ bytes: [UInt8], named name: String) -> [Needle] {
    let base64 = (0..<3).map { shift in
      // Letters at the ends also depend on the neighbours: what is certain lies between.
      let text = Data([UInt8](repeating: 0, count: shift) + bytes).base64EncodedString().filter { $0 != "=" }
      let certain = text.dropFirst(shift == 0 ? 0 : shift + 1).dropLast((shift + bytes.count) % 3 == 0 ? 0 : 1)
      return Needle(name: name, form: "base64 at \(shift)", bytes: Array(certain.utf8), isFolded: false)
    }
    return [Needle(name: name, form: "hexadecimal", bytes: Array(Hex.encode(bytes).utf8), isFolded: true)] + base64
  }

  private static func fold(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte + 32 : byte }

  private static func contains(_ bytes: [UInt8], _ needle: [UInt8]) -> Bool {
    guard let first = needle.first, bytes.count >= needle.count else { return false }
    return bytes.withUnsafeBufferPointer { bytes in
      (0...(bytes.count - needle.count)).contains { start in
        bytes[start] == first && bytes[start..<(start + needle.count)].elementsEqual(needle)
      }
    }
  }
}

/// One planted name of each of the 18 Safe Harbor identifiers, and of each other class that may not leave in clear.
enum Planted {
  /// What a sensor may come upon: in an account's name, a path, an argument, a title. All made up.
  static let identifiers: [SafeHarborIdentifier: String] = [
    .names: "plantedann", .geographicSubdivisions: "Plantedstreet 17", .dates: "1961-04-12",
    .telephoneNumbers: "+49-555-0100-77", .faxNumbers: "+49-555-0100-78", .emailAddresses: "ann.planted@ward.example",
    .socialSecurityNumbers: "078-05-1120", .medicalRecordNumbers: "MRN-7734120",
    .healthPlanBeneficiaryNumbers: "HPB-99120044", .accountNumbers: "ACC-5561029",
    .certificateAndLicenceNumbers: "LIC-20443371", .vehicleIdentifiers: "1HGCM82633A004352",
    .deviceIdentifiers: "SN-88-2201-7", .webAddresses: "https://planted.example/ann",
    .networkAddresses: "192.0.2.7", .biometricIdentifiers: "fingerprint-7c41", .fullFacePhotographs: "facephoto-ann",
    .otherUniqueIdentifiers: "study-0042-subject",
  ]

  static let authority = "planted-mpi-authority"
  static let realm = "planted.realm.example"
  static let payload = "MSH|^~\\&|PLANTEDLAB"
  static let freeText = "the planted patient complains"

  /// Everything, as text.
  static var texts: [String] { identifiers.values.sorted() + [authority, realm, payload, freeText, "plantedbob"] }

  /// In one path, as careless people name files.
  static var path: String {
    "/home/plantedann/"
      + identifiers.sorted { $0.key.rawValue < $1.key.rawValue }.map(\.value).joined(separator: "_")
      .replacing("/", with: "-") + ".doc"
  }
}
