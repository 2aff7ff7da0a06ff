import CordonCore
import Foundation
import Glibc

/// A file system of a few megabytes, mounted for the time of a body; only root may.
struct SmallDisk {
  let path: String

  private var filler: String { "\(path)/filler" }

  /// Mounts it on a new folder, which its owner alone may enter.
  static func with(_ path: String, megabytes: Int, _ body: (SmallDisk) async throws -> Void) async throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try await ChildProgram.run(
      "/usr/bin/mount", ["-t", "tmpfs", "-o", "mode=0700,size=\(megabytes)m", "tmpfs", path])
    do {
      try await body(SmallDisk(path: path))
    } catch {
      umount2(path, Int32(MNT_DETACH))
      throw error
    }
    umount2(path, Int32(MNT_DETACH))
  }

  /// Takes all the space that is left.
  func fill() throws {
    let descriptor = open(filler, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw CordonError(.inputOutput, "filler", "\(filler) cannot be made.") }
    defer { close(descriptor) }
    var block = [UInt8](repeating: 0xA5, count: 64 << 10)
    while !block.isEmpty {
      if write(descriptor, block, block.count) <= 0 { block = Array(block.prefix(block.count / 2)) }
    }
  }

  func free() { unlink(filler) }
}
