import CordonCore
import Foundation

/// A process and its children, measured together.
struct ProcessFamily {
  let members: [Int32]

  /// As they are now; throws where the process has no children.
  init(of parent: Int32) throws {
    // The kernel lists children by the thread that made them.
    let tasks = "/proc/\(parent)/task"
    let lists = try FileManager.default.contentsOfDirectory(atPath: tasks).map { task in
      try String(contentsOfFile: "\(tasks)/\(task)/children", encoding: .utf8)
    }
    let children = lists.flatMap { $0.split(separator: " ").compactMap { Int32($0) } }
    guard !children.isEmpty else {
      throw CordonError(.unavailable, "bench-family", "Process \(parent) has no children.")
    }
    members = [parent] + children
  }

  /// One process alone.
  init(only process: Int32) { members = [process] }

  func memory() throws -> ProcessMemory {
    let each = try members.map { try ProcessMemory(of: $0) }
    func sum(_ part: KeyPath<ProcessMemory, Double>) -> Double { each.map { $0[keyPath: part] }.reduce(0, +) }
    return ProcessMemory(resident: sum(\.resident), anonymous: sum(\.anonymous), proportional: sum(\.proportional))
  }

  /// Processor time since they began, user and system.
  func processor() throws -> Duration {
    let ticks = try members.map { pid in
      // The command may hold spaces; what follows its parenthesis does not: utime and stime are the 12th and 13th.
      let text = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
      let fields = text.drop { $0 != ")" }.dropFirst().split(separator: " ")
      guard fields.count > 12, let user = Int64(fields[11]), let system = Int64(fields[12]) else {
        throw CordonError(.unavailable, "bench-stat", "/proc/\(pid)/stat cannot be read.")
      }
      return user + system
    }
    return .seconds(1) * ticks.reduce(0, +) / sysconf(Int32(_SC_CLK_TCK))
  }
}
