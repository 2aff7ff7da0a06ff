package import CordonCore

extension HyperLogLog {
  private static let sparseMark: UInt8 = 1
  private static let denseMark: UInt8 = 2

  /// The one encoding of these registers, whichever way they came about: the shorter of two forms.
  ///
  /// Sparse: 1, then for each register, ascending, a base-128 number of (index gap << 6 | rank). Dense: 2, then 6 bits a
  /// register, low bits first. Empty: no bytes.
  package var encoded: [UInt8] {
    guard !isEmpty else { return [] }
    var sparse: [UInt8] = [Self.sparseMark]
    var next = 0
    forEachRegister { index, rank in
      var number = UInt32(index - next) << 6 | UInt32(rank)
      next = index + 1
      while number >= 0x80 {
        sparse.append(UInt8(number & 0x7F) | 0x80)
        number >>= 7
      }
      sparse.append(UInt8(number))
    }
    return sparse.count < Self.encodedLimit ? sparse : dense
  }

  private var dense: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Self.encodedLimit)
    bytes[0] = Self.denseMark
    forEachRegister { index, rank in
      let bit = index * 6
      let both = UInt16(rank) << UInt16(bit % 8)
      bytes[1 + bit / 8] |= UInt8(both & 0xFF)
      if both > 0xFF { bytes[2 + bit / 8] |= UInt8(both >> 8) }
    }
    return bytes
  }

  /// Reads an encoding; refuses anything that `encoded` would not have written as to bounds and order.
  package init(encoded bytes: [UInt8]) throws(CordonError) {
    self.init()
    guard let mark = bytes.first else { return }
    let isRead =
      switch mark {
      case Self.sparseMark: readSparse(bytes)
      case Self.denseMark: readDense(bytes)
      default: false
      }
    guard isRead else {
      throw CordonError(.invalid, "malformed-sketch", "A distinct-count sketch of \(bytes.count) bytes is malformed.")
    }
  }

  private mutating func readSparse(_ bytes: [UInt8]) -> Bool {
    guard bytes.count <= Self.encodedLimit else { return false }
    var next = 0
    var number: UInt32 = 0
    var shift: UInt32 = 0
    for byte in bytes.dropFirst() {
      number |= UInt32(byte & 0x7F) << shift
      if byte & 0x80 != 0 {
        shift += 7
        // 12 bits of gap and 6 of rank fit three bytes.
        guard shift <= 14 else { return false }
        continue
      }
      let index = next + Int(number >> 6)
      let rank = UInt8(number & 63)
      guard index < Self.registerCount, (1...Self.rankLimit).contains(rank) else { return false }
      raise(index, to: rank)
      next = index + 1
      number = 0
      shift = 0
    }
    return shift == 0
  }

  private mutating func readDense(_ bytes: [UInt8]) -> Bool {
    guard bytes.count == Self.encodedLimit else { return false }
    for index in 0..<Self.registerCount {
      let bit = index * 6
      var both = UInt16(bytes[1 + bit / 8])
      if 2 + bit / 8 < bytes.count { both |= UInt16(bytes[2 + bit / 8]) << 8 }
      let rank = UInt8((both >> UInt16(bit % 8)) & 63)
      guard rank <= Self.rankLimit else { return false }
      if rank > 0 { raise(index, to: rank) }
    }
    return true
  }
}
