package import CordonCore
import Glibc

/// Files that only their owner may read: keys and the site's bundle.
package enum PrivateFile {
  private static let mode: mode_t = 0o600

  /// Creates a file of mode 0600, on disk before this returns; `exists` where there is one already.
  package static func create(at path: String, holding bytes: [UInt8]) throws(CordonError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
    guard descriptor >= 0 else {
      if errno == EEXIST {
        throw CordonError(
          .conflict, "exists", "\(path) exists already, and is not replaced.",
          remedy: "Move it away, or name another place.")
      }
      throw failure("create", path)
    }
    do {
      try fill(descriptor, with: bytes, at: path)
    } catch {
      unlink(path)
      throw error
    }
  }

  /// Replaces a file in one step: after a crash it holds all of the old or all of the new.
  package static func replace(_ path: String, holding bytes: [UInt8]) throws(CordonError) {
    let temporary = path + ".new"
    unlink(temporary)
    try create(at: temporary, holding: bytes)
    guard rename(temporary, path) == 0 else {
      let error = failure("replace", path)
      unlink(temporary)
      throw error
    }
    synchronizeFolder(of: path)
  }

  /// Reads a whole file; refuses one over `most` bytes, and one that its group or others can read.
  package static func read(_ path: String, most: Int) throws(CordonError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open", path) }
    defer { close(descriptor) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { throw failure("inspect", path) }
    guard facts.st_mode & S_IFMT == S_IFREG else {
      throw CordonError(.invalid, "not-a-file", "\(path) is not a regular file.")
    }
    guard facts.st_mode & 0o077 == 0 else {
      throw CordonError(
        .denied, "exposed", "\(path) holds a secret and can be read by others.", remedy: "chmod 600 \(path)")
    }
    guard facts.st_size <= most else {
      throw CordonError(.invalid, "oversized", "\(path) has \(facts.st_size) bytes; \(most) are the most.")
    }
    return try drain(descriptor, most: most, at: path)
  }

  /// Destroys a file; one that is not there is destroyed already.
  package static func remove(_ path: String) throws(CordonError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    synchronizeFolder(of: path)
  }

  private static func drain(_ descriptor: Int32, most: Int, at path: String) throws(CordonError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure("read", path) }
      guard count > 0 else { return bytes }
      bytes.append(contentsOf: chunk[..<count])
      guard bytes.count <= most else { throw CordonError(.invalid, "oversized", "\(path) grew beyond \(most) bytes.") }
    }
  }

  private static func fill(_ descriptor: Int32, with bytes: [UInt8], at path: String) throws(CordonError) {
    defer { close(descriptor) }
    // The umask may have taken bits away; it can never have added any, but a mode of 0400 would lock us out later.
    guard fchmod(descriptor, mode) == 0 else { throw failure("protect", path) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("write", path) }
      written += count
    }
    guard fsync(descriptor) == 0 else { throw failure("flush", path) }
    synchronizeFolder(of: path)
  }

  /// A rename or creation lasts only once its folder is on disk.
  private static func synchronizeFolder(of path: String) {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func failure(_ verb: String, _ path: String) -> CordonError {
    let number = errno
    let kind: CordonError.Kind = number == ENOENT ? .missing : number == EACCES ? .denied : .inputOutput
    return CordonError(kind, "file", "Could not \(verb) \(path): \(String(cString: strerror(number))).")
  }
}
