import CordonCore

/// An entity as bytes that order and compare as the entity does: kind, form, key epoch, pseudonym or label.
enum EntityKey {
  private static let clearForm: UInt8 = 0
  private static let pseudonymForm: UInt8 = 1
  private static let headerLength = 6

  static func encode(_ entity: EntityRef) -> [UInt8] {
    let isClear = entity.pseudonym.isEmpty
    var bytes: [UInt8] = []
    bytes.reserveCapacity(headerLength + (isClear ? entity.label.utf8.count : entity.pseudonym.count))
    bytes.append(entity.kind.rawValue)
    bytes.append(isClear ? clearForm : pseudonymForm)
    for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: entity.keyEpoch >> shift)) }
    if isClear { bytes.append(contentsOf: entity.label.utf8) } else { bytes.append(contentsOf: entity.pseudonym) }
    return bytes
  }

  static func decode(_ bytes: [UInt8]) throws(CordonError) -> EntityRef {
    guard bytes.count >= headerLength, let kind = EntityKind(rawValue: bytes[0]), bytes[1] <= pseudonymForm else {
      throw StoreFailure.badRow("windows", "entity")
    }
    let epoch = bytes[2..<headerLength].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let name = bytes[headerLength...]
    guard bytes[1] == clearForm else { return EntityRef(kind: kind, keyEpoch: epoch, pseudonym: [UInt8](name)) }
    return EntityRef(kind: kind, label: String(decoding: name, as: UTF8.self))
  }
}
