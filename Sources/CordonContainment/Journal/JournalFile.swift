package import CordonCore
import Glibc

/// The journal's file: append-only between rewrites, synced before a call returns, readable by root alone.
package struct JournalFile: JournalStorage {
  private let folder: String
  private var path: String { folder + "/journal" }

  /// The folder must be there.
  package init(folder: String) { self.folder = folder }

  package func load() throws(CordonError) -> [UInt8] {
    let fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    if fd < 0, errno == ENOENT { return [] }
    guard fd >= 0 else { throw failure("opened") }
    close(fd)
    guard let bytes = KernelFile.read(path, limit: Journal.mostBytes + 1) else { throw failure("read") }
    guard bytes.count <= Journal.mostBytes else {
      throw CordonError(
        .invalid, "journal-size", "\(path) is larger than \(Journal.mostBytes) bytes, so it is not a journal.",
        remedy: "Move it aside and keep it: it may name actions still in effect.")
    }
    return bytes
  }

  package mutating func append(_ bytes: [UInt8]) throws(CordonError) {
    let fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard fd >= 0 else { throw failure("opened") }
    defer { close(fd) }
    let before = lseek(fd, 0, SEEK_END)
    guard Self.writeAll(bytes, to: fd), fdatasync(fd) == 0 else {
      let error = failure("written")
      // A part of a record would be skipped as damage; without it there is none.
      ftruncate(fd, before)
      throw error
    }
    if before == 0 { try syncFolder() }
  }

  package mutating func replace(with bytes: [UInt8]) throws(CordonError) {
    let temporary = path + ".new"
    unlink(temporary)
    let fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard fd >= 0 else { throw failure("rewritten") }
    defer { close(fd) }
    guard Self.writeAll(bytes, to: fd), fsync(fd) == 0, rename(temporary, path) == 0 else {
      let error = failure("rewritten")
      unlink(temporary)
      throw error
    }
    try syncFolder()
  }

  private func syncFolder() throws(CordonError) {
    let fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard fd >= 0 else { throw failure("synced") }
    defer { close(fd) }
    guard fsync(fd) == 0 else { throw failure("synced") }
  }

  private func failure(_ what: String) -> CordonError {
    let reason = String(cString: strerror(errno))
    return CordonError(
      .inputOutput, "journal-io", "The containment journal \(path) could not be \(what): \(reason).",
      remedy: "Nothing is contained without a journal. Check the disk's space and the folder's rights.")
  }

  private static func writeAll(_ bytes: [UInt8], to fd: Int32) -> Bool {
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { write(fd, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      written += count
    }
    return true
  }
}
