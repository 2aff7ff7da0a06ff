package import CordonCore
import Glibc

/// Looks up in /proc who a process is, at the time of its act; remembers recent answers.
///
/// An answer is asked for again after `freshness`, because a pid is reused and a process may run another program; where
/// the process has gone by then, the last answer stands for `memory`. At most 2 × `limit` processes are remembered.
package struct ProcessTable: Sendable {
  package static let limit = 1024
  package static let freshness = Duration.milliseconds(500)
  package static let memory = Duration.seconds(10)

  /// What /proc says of a process.
  package struct Facts: Hashable, Sendable {
    package var process: ObservedProcess
    /// Real user; `UInt32.max` where unknown.
    package var user: UInt32
    /// `UInt32.max` where nobody logged in.
    package var loginUser: UInt32
  }

  private struct Entry: Sendable {
    var facts: Facts
    var at: Timestamp
  }

  private let root: String
  private var entries = GenerationCache<UInt32, Entry>(limit: limit)

  /// `root` is `/proc` but in tests.
  package init(root: String = "/proc") { self.root = root }

  /// What is known of a process; nil where it has gone unseen.
  package mutating func facts(of pid: UInt32, now: Timestamp) -> Facts? {
    guard pid > 0 else { return nil }
    let known = entries[pid]
    if let known, now >= known.at, now.since(known.at) < Self.freshness { return known.facts }
    if let facts = read(pid) {
      entries[pid] = Entry(facts: facts, at: now)
      return facts
    }
    guard let known, now >= known.at, now.since(known.at) < Self.memory else { return nil }
    return known.facts
  }

  private func read(_ pid: UInt32) -> Facts? {
    guard let (parent, start) = Self.parentAndStart(inStat: file("\(pid)/stat")) else { return nil }
    let parentStart = parent == 0 ? 0 : Self.parentAndStart(inStat: file("\(parent)/stat"))?.start ?? 0
    let login = UInt32(String(decoding: file("\(pid)/loginuid"), as: UTF8.self).prefix { $0.isNumber }) ?? .max
    var path = [CChar](repeating: 0, count: CanonicalName.pathLimit)
    let length = readlink("\(root)/\(pid)/exe", &path, path.count)
    let process = ObservedProcess(
      pid: pid, parent: parent, startTicks: start, parentStartTicks: parentStart,
      executable: path.prefix(max(0, length)).map { UInt8(bitPattern: $0) })
    return Facts(process: process, user: Self.realUser(inStatus: file("\(pid)/status")), loginUser: login)
  }

  private func file(_ name: String) -> [UInt8] {
    ((try? SmallFile.read("\(root)/\(name)", most: 16 << 10)) ?? nil) ?? []
  }

  /// Fields 4 and 22 of /proc/PID/stat, counted behind the last parenthesis: a program's name may hold any other.
  package static func parentAndStart(inStat stat: [UInt8]) -> (parent: UInt32, start: UInt64)? {
    guard let close = stat.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = stat[(close + 1)...].split(separator: 0x20)
    guard fields.count >= 20, let parent = UInt32(String(decoding: fields[1], as: UTF8.self)),
      let start = UInt64(String(decoding: fields[19], as: UTF8.self))
    else { return nil }
    return (parent, start)
  }

  private static func realUser(inStatus status: [UInt8]) -> UInt32 {
    for line in status.split(separator: 0x0A) where line.starts(with: "Uid:".utf8) {
      let words = line.dropFirst(4).split { $0 == 0x09 || $0 == 0x20 }
      return words.first.flatMap { UInt32(String(decoding: $0, as: UTF8.self)) } ?? .max
    }
    return .max
  }
}
