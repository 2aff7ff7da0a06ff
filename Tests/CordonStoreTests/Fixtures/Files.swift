import CordonTestSupport
import Glibc

/// What tests do to a store's files.
enum Files {
  struct Failure: Error { var what: String }

  static func read(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "r") else { throw Failure(what: path) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&piece, 1, piece.count, file)
      guard count > 0 else { return bytes }
      bytes += piece[0..<count]
    }
  }

  static func write(_ bytes: some Collection<UInt8>, to path: String) throws {
    guard let file = fopen(path, "w") else { throw Failure(what: path) }
    defer { fclose(file) }
    let bytes = Array(bytes)
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Failure(what: path) }
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Copies the database and its log as a crash would leave them.
  ///
  /// - Parameter logBytes: how much of the log reached the disk; nil: all of it.
  static func crash(_ path: String, to copy: String, logBytes: Int? = nil) throws {
    try write(read(path), to: copy)
    guard exists(path + "-wal") else { return }
    let log = try read(path + "-wal")
    try write(log.prefix(logBytes ?? log.count), to: copy + "-wal")
  }
}
