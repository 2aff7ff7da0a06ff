import CordonCore

/// How the kernel's audit system was set before Cordon changed it, kept on disk so that a killed keeper can put it back.
///
/// Of one boot: a restarted kernel has its own settings again. The first word stands: who starts after a `kill -9` finds
/// the kernel as Cordon left it, and must not take that for the original.
struct AuditBefore: Hashable, Sendable {
  var enabled: UInt32
  var backlogLimit: UInt32
  var backlogWait: UInt32

  private static let mostBytes = 512

  init(_ status: AuditStatus) {
    enabled = status.enabled
    backlogLimit = status.backlogLimit
    backlogWait = status.backlogWait
  }

  /// What an earlier keeper of this boot kept; nil where there is none, or what is there cannot be read.
  init?(keptAt path: String, boot: String) {
    guard let bytes = try? SmallFile.read(path, most: Self.mostBytes) else { return nil }
    var values: [Substring: Substring] = [:]
    let text = String(decoding: bytes, as: UTF8.self)
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1)
      if parts.count == 2 { values[parts[0]] = parts[1] }
    }
    guard values["boot"].map(String.init) == boot, let enabled = values["enabled"].flatMap({ UInt32($0) }),
      let limit = values["backlog_limit"].flatMap({ UInt32($0) }),
      let wait = values["backlog_wait"].flatMap({ UInt32($0) })
    else { return nil }
    (self.enabled, backlogLimit, backlogWait) = (enabled, limit, wait)
  }

  func keep(at path: String, boot: String) throws(CordonError) {
    let text =
      "boot=\(boot)\nenabled=\(enabled)\nbacklog_limit=\(backlogLimit)\nbacklog_wait=\(backlogWait)\n"
    try SmallFile.replace(path, with: Array(text.utf8))
  }

  /// This boot's id; empty where the kernel tells none, and then nothing of before is believed.
  static var boot: String {
    let bytes = (try? SmallFile.read("/proc/sys/kernel/random/boot_id", most: 64)) ?? []
    return String(decoding: bytes, as: UTF8.self).filter { $0 != "\n" }
  }
}
