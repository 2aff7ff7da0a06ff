import CLinux
import CordonCore
import Glibc

/// What a process of the agent uses of its machine.
package struct ProcessUse: Hashable, Sendable {
  package var cpu: Duration
  /// Anonymous memory, as `smaps_rollup` sums it; 0 where it cannot be read.
  package var memoryBytes: UInt64

  /// Of this process, since its start.
  package static var current: ProcessUse {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let seconds = Int64(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
    let microseconds = Int64(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
    return ProcessUse(
      cpu: .seconds(seconds) + .microseconds(microseconds), memoryBytes: anonymousBytes(of: "/proc/self/smaps_rollup"))
  }

  private static func anonymousBytes(of path: String) -> UInt64 {
    guard let file = fopen(path, "re") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = line.withUnsafeBufferPointer { buffer in
        String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      }
      guard text.hasPrefix("Anonymous:") else { continue }
      let digits = text.filter { $0.isASCII && $0.isNumber }
      return (UInt64(digits) ?? 0) * 1024
    }
    return 0
  }
}
