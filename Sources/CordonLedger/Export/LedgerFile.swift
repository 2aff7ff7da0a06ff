package import CordonCore
import Glibc

/// Reads an exported ledger from a file in pieces.
package enum LedgerFile {
  private static let pieceBytes = 256 << 10

  /// Verifies a whole file; memory is bounded by its longest line.
  ///
  /// - Parameter progress: called now and then with the bytes read so far.
  /// - Throws: `ledger-file` where it cannot be read; what is wrong within it is in the report.
  package static func verify(
    path: String, key: LedgerVerifierKey? = nil, seen: [String] = [], progress: (UInt64) -> Void = { _ in }
  ) throws(CordonError) -> LedgerReport {
    var verifier = try LedgerVerifier(key: key, seen: seen)
    var lines = LineAssembler(most: LedgerExport.mostLineBytes)
    var total: UInt64 = 0
    try read(path: path) { piece in
      lines.take(piece) { line in
        if let line { verifier.take(line) } else { verifier.takeOverlong() }
      }
      total += UInt64(piece.count)
      progress(total)
    }
    lines.end { line in
      if let line { verifier.take(line) } else { verifier.takeOverlong() }
    }
    return verifier.finish()
  }

  private static func read(path: String, _ body: (ArraySlice<UInt8>) -> Void) throws(CordonError) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw failure(path) }
    defer { _ = close(file) }
    var buffer = [UInt8](repeating: 0, count: pieceBytes)
    while true {
      let count = buffer.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(path) }
      guard count > 0 else { return }
      body(buffer[0..<count])
    }
  }

  private static func failure(_ path: String) -> CordonError {
    CordonError(
      .missing, "ledger-file", "The ledger file \(path) cannot be read: \(String(cString: strerror(errno))).",
      remedy: "cordon ledger export FILE writes one.")
  }
}

/// Cuts bytes into lines of a bounded length.
struct LineAssembler {
  private let most: Int
  private var rest: [UInt8] = []
  private var isOverlong = false

  init(most: Int) { self.most = most }

  /// - Parameter body: called once a line, with nil for one that is too long.
  mutating func take(_ piece: ArraySlice<UInt8>, _ body: ([UInt8]?) -> Void) {
    var piece = piece
    while let end = piece.firstIndex(of: UInt8(ascii: "\n")) {
      keep(piece[..<end])
      finish(body)
      piece = piece[(end + 1)...]
    }
    keep(piece)
  }

  /// The last line may lack its newline.
  mutating func end(_ body: ([UInt8]?) -> Void) {
    guard !rest.isEmpty || isOverlong else { return }
    finish(body)
  }

  private mutating func keep(_ bytes: ArraySlice<UInt8>) {
    guard !isOverlong, rest.count + bytes.count <= most else {
      isOverlong = true
      rest.removeAll(keepingCapacity: true)
      return
    }
    rest.append(contentsOf: bytes)
  }

  private mutating func finish(_ body: ([UInt8]?) -> Void) {
    body(isOverlong ? nil : rest)
    rest.removeAll(keepingCapacity: true)
    isOverlong = false
  }
}
