import CZlib
import CordonCore
import Glibc

/// The bytes of a file, a piece at a time; what is compressed with gzip comes out plain.
struct ByteSource: ~Copyable {
  /// Bytes a piece, at most.
  static let pieceSize = 1 << 18

  private enum Origin {
    case memory([UInt8])
    case file(gzFile)
  }

  /// What errors call it.
  let name: String
  private var origin: Origin

  /// Opens a regular file.
  init(path: String) throws(CordonError) {
    name = path
    var facts = stat()
    guard stat(path, &facts) == 0 else { throw FileFailure.of("open", path) }
    guard facts.st_mode & S_IFMT == S_IFREG else {
      throw CordonError(.invalid, "not-a-file", "\(path) is not a regular file.")
    }
    guard let file = gzopen(path, "rb") else { throw FileFailure.of("open", path) }
    gzbuffer(file, UInt32(Self.pieceSize))
    origin = .file(file)
  }

  /// Bytes that are there already, as they are.
  init(bytes: [UInt8], name: String) {
    self.name = name
    origin = .memory(bytes)
  }

  deinit {
    if case .file(let file) = origin { gzclose(file) }
  }

  /// Appends the next piece; false at the end.
  mutating func read(into bytes: inout [UInt8]) throws(CordonError) -> Bool {
    switch origin {
    case .memory(let all):
      bytes.append(contentsOf: all)
      origin = .memory([])
      return !all.isEmpty
    case .file(let file):
      let start = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: Self.pieceSize))
      let count = bytes.withUnsafeMutableBytes {
        gzread(file, $0.baseAddress?.advanced(by: start), UInt32(Self.pieceSize))
      }
      bytes.removeLast(Self.pieceSize - max(0, Int(count)))
      var code: Int32 = 0
      let message = gzerror(file, &code).map { String(cString: $0) } ?? ""
      // A truncated stream ends with Z_BUF_ERROR after its last whole byte.
      guard count >= 0, code == Z_OK || code == Z_STREAM_END else {
        throw CordonError(
          .invalid, "compression", "\(name) cannot be decompressed: \(message).",
          remedy: "The file is truncated or damaged; fetch it again.")
      }
      return count > 0
    }
  }
}

/// An error number of the system as an error for people.
enum FileFailure {
  static func of(_ verb: String, _ path: String) -> CordonError {
    let number = errno
    let kind: CordonError.Kind = number == ENOENT ? .missing : number == EACCES ? .denied : .inputOutput
    return CordonError(kind, "file", "Could not \(verb) \(path): \(String(cString: strerror(number))).")
  }
}
