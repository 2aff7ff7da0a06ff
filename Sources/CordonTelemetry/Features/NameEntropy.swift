import Glibc

/// How random the letters of a domain name look: data smuggled out in questions does not look like words.
package enum NameEntropy {
  /// Letters of a label below which nothing can be said.
  package static let shortest = 8

  /// Bits a character, 0 to 6, of the label with the highest entropy; 0 where all are short.
  package static func most(of name: [UInt8]) -> Float {
    name.split(separator: UInt8(ascii: ".")).reduce(0) { max($0, entropy($1)) }
  }

  private static func entropy(_ label: ArraySlice<UInt8>) -> Float {
    guard label.count >= shortest else { return 0 }
    var counts = [Float](repeating: 0, count: 256)
    for byte in label { counts[Int(byte)] += 1 }
    let total = Float(label.count)
    return counts.reduce(0) { $1 == 0 ? $0 : $0 - $1 / total * log2f($1 / total) }
  }
}
