import CordonCore
import CordonTrust
import Crypto

/// The newest model offer of each schema, on the keeper's disk, so that an old one cannot be played again.
///
/// One line a schema: its id, the offer's serial, SHA-256 of the offer's payload in hexadecimal digits.
struct OfferSerials: Hashable, Sendable {
  private static let mostFileBytes = 64 << 10

  private struct Entry: Hashable, Sendable {
    var serial: UInt64
    var digest: [UInt8]
  }

  private var newest: [UInt32: Entry] = [:]

  init() {}

  /// Notes a newer offer; false for the newest one itself, byte for byte. Refuses an older or another of its serial.
  mutating func take(_ offer: ModelOffer, payload: [UInt8]) throws(CordonError) -> Bool {
    let entry = Entry(serial: offer.serial, digest: Array(SHA256.hash(data: payload)))
    guard let known = newest[offer.schema] else {
      newest[offer.schema] = entry
      return true
    }
    if known == entry { return false }
    guard offer.serial > known.serial else {
      throw CordonError(
        .denied, "rolled-back",
        "The model offer's serial is \(offer.serial); the newest of its schema has \(known.serial).",
        remedy: "Offer the model again, with a new serial.")
    }
    newest[offer.schema] = entry
    return true
  }

  func save(to path: String) throws(CordonError) {
    let lines = newest.sorted { $0.key < $1.key }.map {
      "\($0.key) \($0.value.serial) \(Hex.encode($0.value.digest))\n"
    }
    try PrivateFile.replace(path, holding: Array(lines.joined().utf8))
  }

  /// Empty where there is no file; throws `offers` for one that `save` would not have written.
  static func load(from path: String) throws(CordonError) -> OfferSerials {
    let bytes: [UInt8]
    do throws(CordonError) {
      bytes = try PrivateFile.read(path, most: mostFileBytes)
    } catch  where error.kind == .missing { return OfferSerials() }
    var serials = OfferSerials()
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 3, let schema = UInt32(words[0]), let serial = UInt64(words[1]),
        let digest = Hex.decode(words[2]), digest.count == 32
      else {
        throw CordonError(
          .invalid, "offers", "\(path) cannot be read, so old model offers could be played again.",
          remedy: "Remove it; the next offer begins it anew.")
      }
      serials.newest[schema] = Entry(serial: serial, digest: digest)
    }
    return serials
  }
}
