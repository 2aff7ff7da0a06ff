package import CordonCore
import Glibc

/// Small files of /proc and /sys: read whole within a bound, written with one call.
package enum KernelFile {
  /// The file's bytes, at most `limit` of them; nil where it is not there or its process is gone.
  package static func read(_ path: String, limit: Int = 65_536) -> [UInt8]? {
    let fd = open(path, O_RDONLY | O_CLOEXEC)
    guard fd >= 0 else { return nil }
    defer { close(fd) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: min(limit, 16_384))
    while bytes.count < limit {
      let count = Glibc.read(fd, &buffer, min(buffer.count, limit - bytes.count))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    return bytes
  }

  /// The file as text; invalid UTF-8 is replaced.
  package static func text(_ path: String, limit: Int = 65_536) -> String? {
    read(path, limit: limit).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Writes text with one call; the error number, or 0.
  package static func write(_ text: String, to path: String) -> Int32 {
    let fd = open(path, O_WRONLY | O_CLOEXEC)
    guard fd >= 0 else { return errno }
    defer { close(fd) }
    let bytes = Array(text.utf8)
    return Glibc.write(fd, bytes, bytes.count) == bytes.count ? 0 : errno
  }

  /// What a symbolic link says; nil where it cannot be read.
  package static func link(_ path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = buffer.withUnsafeMutableBytes { bytes in
      bytes.baseAddress.map { readlink(path, $0.assumingMemoryBound(to: CChar.self), bytes.count) } ?? -1
    }
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }

  /// Names in a folder, without `.` and `..`; nil where it cannot be read.
  package static func names(in folder: String) -> [String]? {
    guard let stream = opendir(folder) else { return nil }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// The machine's boot id; `boot-id` where the kernel does not say.
  package static func bootID() throws(CordonError) -> String {
    guard let text = text("/proc/sys/kernel/random/boot_id", limit: 64), text.utf8.count >= 36 else {
      throw CordonError(
        .unavailable, "boot-id", "/proc/sys/kernel/random/boot_id cannot be read.", remedy: "Mount /proc.")
    }
    return String(text.prefix(36))
  }
}
