import CordonCore
import Glibc

/// Standard input, output and error.
enum Terminal {
  /// Writes all of a text; gives up without a word where nobody reads any more.
  static func put(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        write(descriptor, $0.baseAddress?.advanced(by: written), bytes.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      written += count
    }
  }

  static func readInput(most: Int) throws(CordonError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(STDIN_FILENO, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw CordonError(.inputOutput, "input", "Standard input cannot be read.") }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= most else {
        throw CordonError(.invalid, "oversized", "Standard input holds more than \(most) bytes.")
      }
    }
  }
}
