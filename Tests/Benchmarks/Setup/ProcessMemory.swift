import Foundation

/// What a process occupies, from `/proc/PID/smaps_rollup`.
struct ProcessMemory {
  /// Resident bytes.
  var resident: Double
  /// Anonymous bytes: its own, not shared with the file on disk.
  var anonymous: Double

  /// Resident bytes, those that several processes share divided among them (PSS).
  var proportional: Double

  init(resident: Double, anonymous: Double, proportional: Double) {
    self.resident = resident
    self.anonymous = anonymous
    self.proportional = proportional
  }

  init(of pid: Int32) throws {
    let text = try String(contentsOfFile: "/proc/\(pid)/smaps_rollup", encoding: .utf8)
    func bytes(_ name: String) -> Double {
      let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
      return line.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Double($0) }.map { $0 * 1024 } ?? 0
    }
    resident = bytes("Rss")
    anonymous = bytes("Anonymous")
    proportional = bytes("Pss")
  }
}
