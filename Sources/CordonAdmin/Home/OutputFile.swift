import CordonCore
import Glibc

/// A file of mode 0600 that appears under its name only once it is whole and on disk.
///
/// Use it within one `write(to:)`: what fails on the way leaves nothing behind.
struct OutputFile {
  private let path: String
  private let temporary: String
  private let descriptor: Int32

  /// Runs a body that appends; refuses to replace a file that is there.
  static func write(
    to path: String, _ body: (OutputFile) async throws -> Void
  ) async throws {
    let file = try OutputFile(path)
    defer { close(file.descriptor) }
    do {
      try await body(file)
      try file.finish()
    } catch {
      unlink(file.temporary)
      throw error
    }
  }

  private init(_ path: String) throws(CordonError) {
    guard access(path, F_OK) != 0 else {
      throw CordonError(
        .conflict, "exists", "\(path) exists already, and is not replaced.", remedy: "Move it away, or name another.")
    }
    self.path = path
    temporary = path + ".part"
    unlink(temporary)
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileInput.failure("create", temporary) }
  }

  func append(_ text: String) throws(CordonError) { try append(Array(text.utf8)) }

  func append(_ bytes: [UInt8]) throws(CordonError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileInput.failure("write", temporary) }
      written += count
    }
  }

  private func finish() throws(CordonError) {
    guard fsync(descriptor) == 0 else { throw FileInput.failure("flush", temporary) }
    guard rename(temporary, path) == 0 else { throw FileInput.failure("finish", path) }
  }
}
