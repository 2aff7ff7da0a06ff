import CordonCore
import Glibc

/// Reads the files that people name on command lines.
enum FileInput {
  /// All of a file, or of standard input for `-`; refuses what is no file and what is longer than `most` bytes.
  static func read(_ path: String, most: Int, in environment: AdminEnvironment) throws(CordonError) -> [UInt8] {
    guard path != "-" else { return try environment.readInput(most) }
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open", path) }
    defer { close(descriptor) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { throw failure("inspect", path) }
    guard facts.st_mode & S_IFMT == S_IFREG else {
      throw CordonError(.invalid, "not-a-file", "\(path) is not a regular file.")
    }
    return try drain(descriptor, most: most, path: path)
  }

  /// Everything from a descriptor, at most so many bytes.
  static func drain(_ descriptor: Int32, most: Int, path: String) throws(CordonError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure("read", path) }
      guard count > 0 else { return bytes }
      bytes.append(contentsOf: chunk[..<count])
      guard bytes.count <= most else {
        throw CordonError(.invalid, "oversized", "\(path) is longer than the \(most) bytes that are allowed.")
      }
    }
  }

  static func failure(_ verb: String, _ path: String) -> CordonError {
    let number = errno
    let kind: CordonError.Kind = number == ENOENT ? .missing : number == EACCES ? .denied : .inputOutput
    return CordonError(kind, "file", "Could not \(verb) \(path): \(String(cString: strerror(number))).")
  }
}
