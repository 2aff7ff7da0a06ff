package import CordonCore
import Glibc

/// Whole small files: read bounded, replaced atomically.
package enum SmallFile {
  /// The content, or nil where there is no such file; refuses links and what is over `most` bytes.
  package static func read(_ path: String, most: Int) throws(CordonError) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw failure("read", path)
    }
    defer { close(descriptor) }
    guard let bytes = readAll(descriptor, most: most) else {
      throw CordonError(.invalid, "file-too-large", "\(path) is longer than \(most) bytes, or unreadable.")
    }
    return bytes
  }

  /// What a descriptor still holds; nil past the limit or on error. Works on /proc, whose files say no size.
  package static func readAll(_ descriptor: Int32, most: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: min(most + 1, 16 << 10))
    while true {
      let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count == 0 { return bytes }
      guard count > 0 else {
        if errno == EINTR { continue }
        return nil
      }
      bytes += chunk[..<count]
      guard bytes.count <= most else { return nil }
    }
  }

  /// Writes beside, syncs, renames: a reader sees the old content or the new, also after a power cut. Mode 0600.
  package static func replace(_ path: String, with bytes: [UInt8]) throws(CordonError) {
    let beside = path + ".new"
    let descriptor = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure("write", beside) }
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + done, $0.count - done) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        close(descriptor)
        throw failure("write", beside)
      }
      done += count
    }
    let isSynced = fsync(descriptor) == 0
    close(descriptor)
    guard isSynced, rename(beside, path) == 0 else { throw failure("write", path) }
    let folder = open(path.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }

  private static func failure(_ verb: String, _ path: String) -> CordonError {
    CordonError(.inputOutput, "file-\(verb)-failed", "Cannot \(verb) \(path): \(String(cString: strerror(errno))).")
  }
}

extension String {
  fileprivate var folder: String {
    guard let slash = lastIndex(of: "/") else { return "." }
    return slash == startIndex ? "/" : String(self[..<slash])
  }
}
