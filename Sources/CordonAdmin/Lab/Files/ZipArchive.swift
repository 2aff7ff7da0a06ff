import CZlib
import CordonCore

/// The members of a zip archive in memory, stored or deflated.
///
/// PKWARE's APPNOTE 6.3: the central directory at the end says what there is. No encryption, no archives over several
/// disks, no zip64 beyond what 32 bits hold. Every offset is checked, and a member is at most `memberLimit` bytes, so
/// that hostile archives give an error.
struct ZipArchive {
  /// Largest member, decompressed, in bytes.
  static let memberLimit = 1 << 31
  static let memberCountLimit = 4096

  private struct Member {
    var name: String
    var method: UInt16
    var compressed: Int
    var size: Int
    var header: Int
  }

  private let bytes: [UInt8]
  private let path: String
  private var members: [Member] = []

  var names: [String] { members.map(\.name) }

  /// - Parameter path: what errors call the archive.
  init(bytes: [UInt8], path: String) throws(CordonError) {
    self.bytes = bytes
    self.path = path
    guard let end = endOfDirectory else { throw damaged("it has no directory of a zip archive") }
    let count = Int(number(end + 10, 2))
    guard count <= Self.memberCountLimit else { throw damaged("it has \(count) members") }
    var position = Int(number(end + 16, 4))
    for _ in 0..<count {
      guard position + 46 <= bytes.count, number(position, 4) == 0x0201_4b50 else {
        throw damaged("its directory is cut off")
      }
      let nameLength = Int(number(position + 28, 2))
      guard position + 46 + nameLength <= bytes.count else { throw damaged("its directory is cut off") }
      guard number(position + 8, 2) & 1 == 0 else { throw damaged("it is encrypted") }
      members.append(
        Member(
          name: String(decoding: bytes[position + 46..<position + 46 + nameLength], as: UTF8.self),
          method: UInt16(number(position + 10, 2)), compressed: Int(number(position + 20, 4)),
          size: Int(number(position + 24, 4)), header: Int(number(position + 42, 4))))
      position += 46 + nameLength + Int(number(position + 30, 2)) + Int(number(position + 32, 2))
    }
  }

  /// A member's bytes; nil where there is none of that name.
  func contents(_ name: String) throws(CordonError) -> [UInt8]? {
    guard let member = members.first(where: { $0.name == name }) else { return nil }
    guard member.header + 30 <= bytes.count, number(member.header, 4) == 0x0403_4b50 else {
      throw damaged("\(name) is not where the directory says")
    }
    let skipped = Int(number(member.header + 26, 2)) + Int(number(member.header + 28, 2))
    let start = member.header + 30 + skipped
    guard member.size <= Self.memberLimit else { throw damaged("\(name) is larger than \(Self.memberLimit) bytes") }
    guard start + member.compressed <= bytes.count else { throw damaged("\(name) is cut off") }
    switch member.method {
    case 0:
      guard member.size == member.compressed else { throw damaged("\(name) has two sizes") }
      return Array(bytes[start..<start + member.size])
    case 8: return try inflate(start..<start + member.compressed, to: member.size, name)
    default: throw damaged("\(name) is compressed by method \(member.method); deflate is known")
    }
  }

  /// The record that every archive ends with, but for a comment.
  private var endOfDirectory: Int? {
    guard bytes.count >= 22 else { return nil }
    var position = bytes.count - 22
    let first = max(0, bytes.count - 22 - 0xFFFF)
    while position >= first {
      if number(position, 4) == 0x0605_4b50 { return position }
      position -= 1
    }
    return nil
  }

  /// Little-endian.
  private func number(_ position: Int, _ width: Int) -> UInt64 {
    (0..<width).reduce(0) { $0 | UInt64(bytes[position + $1]) << UInt64(8 * $1) }
  }

  private func inflate(_ range: Range<Int>, to size: Int, _ name: String) throws(CordonError) -> [UInt8] {
    // Deflate reaches a factor of 1,032 and no more: a larger claim is a lie, and would reserve memory for it.
    guard size <= range.count * 1_032 + 64 else { throw damaged("\(name) claims an impossible size") }
    var plain = [UInt8](repeating: 0, count: size)
    var stream = z_stream()
    guard cordon_zlib_inflate_raw(&stream) == Z_OK else {
      throw CordonError(.unavailable, "compression", "zlib did not start.")
    }
    defer { inflateEnd(&stream) }
    let code = bytes.withUnsafeBufferPointer { input in
      plain.withUnsafeMutableBufferPointer { output in
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.advanced(by: range.lowerBound))
        stream.avail_in = UInt32(range.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(output.count)
        return CZlib.inflate(&stream, Z_FINISH)
      }
    }
    guard code == Z_STREAM_END || (code == Z_BUF_ERROR && size == 0), Int(stream.total_out) == size else {
      throw damaged("\(name) cannot be decompressed")
    }
    return plain
  }

  private func damaged(_ what: String) -> CordonError {
    CordonError(.invalid, "zip", "\(path): \(what).", remedy: "Give an .npz file as numpy.savez writes it.")
  }
}
