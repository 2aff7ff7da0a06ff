import CordonCore
import Glibc

/// Looks at a few blocks of a file and keeps two numbers and a yes or no.
enum ContentSample {
  /// Bytes of a block.
  static let blockLength = 4096
  /// Blocks of a long file, spread from first to last.
  static let blockCount = 4
  /// Fewer bytes than this say nothing.
  static let leastBytes = 256

  /// Samples an open regular file; nil for anything else, or too little of it.
  static func sample(_ descriptor: Int32) -> SampledContent? {
    var found = stat()
    guard fstat(descriptor, &found) == 0, found.st_mode & S_IFMT == S_IFREG, found.st_size >= leastBytes else {
      return nil
    }
    let size = Int(found.st_size)
    var block = [UInt8](repeating: 0, count: blockLength)
    var most: Float?
    var isKnown = false
    for index in 0..<blockCount {
      let offset =
        size <= blockLength * blockCount
        ? index * blockLength : (size - blockLength) / (blockCount - 1) * index
      let count = pread(descriptor, &block, blockLength, off_t(offset))
      guard count >= leastBytes else { break }
      if index == 0 { isKnown = KnownFormat.begins(block[..<count]) }
      most = max(most ?? 0, Entropy.bitsPerByte(block[..<count]))
    }
    guard let most else { return nil }
    return SampledContent(entropy: most, isKnownFormat: isKnown, size: UInt64(size))
  }
}

/// Shannon entropy of a block of bytes.
package enum Entropy {
  /// Bits a byte, 0 to 8, with the Miller-Madow correction for the block's shortness: (distinct − 1) / (2 n ln 2).
  package static func bitsPerByte(_ block: ArraySlice<UInt8>) -> Float {
    guard !block.isEmpty else { return 0 }
    var counts = [Int](repeating: 0, count: 256)
    for byte in block { counts[Int(byte)] += 1 }
    let total = Double(block.count)
    var bits = 0.0
    var distinct = 0
    for count in counts where count > 0 {
      let share = Double(count) / total
      bits -= share * log2(share)
      distinct += 1
    }
    bits += Double(distinct - 1) / (2 * total * 0.693_147_180_559_945_3)
    return Float(min(8, max(0, bits)))
  }
}

/// Formats that are dense by design, by how they begin: their entropy is no sign of encryption.
package enum KnownFormat {
  private static let beginnings: [[UInt8]] = [
    [0x1F, 0x8B], Array("PK\u{3}\u{4}".utf8), Array("PK\u{5}\u{6}".utf8), Array("BZh".utf8),
    [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], [0x28, 0xB5, 0x2F, 0xFD], [0x04, 0x22, 0x4D, 0x18],
    [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], Array("Rar!".utf8), [0xFF, 0xD8, 0xFF], [0x89, 0x50, 0x4E, 0x47],
    Array("GIF8".utf8), Array("%PDF".utf8), Array("OggS".utf8), Array("fLaC".utf8), Array("ID3".utf8),
    [0x1A, 0x45, 0xDF, 0xA3], Array("RIFF".utf8), [0x7F, 0x45, 0x4C, 0x46], Array("SQLite format 3".utf8),
    [0xD0, 0xCF, 0x11, 0xE0], [0xFF, 0x4F, 0xFF, 0x51], [0, 0, 0, 0x0C, 0x6A, 0x50], Array("wOF2".utf8),
    Array("!<arch>".utf8),
  ]

  package static func begins(_ block: ArraySlice<UInt8>) -> Bool {
    if beginnings.contains(where: { block.starts(with: $0) }) { return true }
    // MP4 and its kin name themselves after a length; DICOM after a preamble of 128 bytes.
    if block.dropFirst(4).starts(with: "ftyp".utf8) { return true }
    return block.dropFirst(128).starts(with: "DICM".utf8)
  }
}
