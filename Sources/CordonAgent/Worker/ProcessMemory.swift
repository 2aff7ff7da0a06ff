import CordonCore
import CordonTelemetry

/// What the audit trail said of processes when they started, for those that are gone when a file event comes.
///
/// At most 2 × `limit` processes, each for `memory`; 4 MiB of their arguments.
struct ProcessMemory: Sendable {
  static let limit = 2048
  static let memory = Duration.seconds(600)
  /// Bytes of a process's arguments that are kept, for its children.
  static let argumentLimit = 1024

  private struct Entry: Sendable {
    var executable: [UInt8]
    var arguments: [UInt8]
    var parent: UInt32
    var actor: RawAccount?
    var isLogin: Bool
    var at: Timestamp
  }

  /// Ancestors that are looked for above a process.
  static let mostAncestors = 32
  /// Descendants that are told of.
  static let mostKin = 512

  private var entries = GenerationCache<UInt32, Entry>(limit: limit)

  /// Remembers a start; fills what another observation leaves open about its process.
  mutating func complete(_ observation: inout Observation) {
    guard let process = observation.process else { return }
    if observation.activity == .processStart {
      var arguments: [UInt8] = []
      if case .program(var program) = observation.object {
        arguments = Array(program.arguments.prefix(Self.argumentLimit))
        if let parent = entries[process.parent] {
          program.parentExecutable = parent.executable
          program.parentArguments = parent.arguments
          observation.object = .program(program)
        }
      }
      guard observation.outcome == .success else { return }
      entries[process.pid] = Entry(
        executable: process.executable, arguments: arguments, parent: process.parent, actor: observation.actor,
        isLogin: observation.isLogin, at: observation.time)
      return
    }
    guard observation.actor == nil || process.executable.isEmpty, let known = entries[process.pid],
      observation.time.since(known.at) < Self.memory
    else { return }
    if process.executable.isEmpty { observation.process?.executable = known.executable }
    if process.parent == 0 { observation.process?.parent = known.parent }
    if observation.actor == nil {
      observation.actor = known.actor
      observation.isLogin = known.isLogin
    }
  }

  /// Who was below a process when it started, living or not, with when it was seen; children of dead parents too.
  ///
  /// A number that was used again in between breaks the line: a child never started before its parent.
  mutating func kin(of process: UInt32, now: Timestamp) -> [(pid: UInt32, seen: Timestamp)] {
    guard process > 2 else { return [] }
    var kin: [(pid: UInt32, seen: Timestamp)] = []
    for (pid, entry) in entries.contents where pid != process && now.since(entry.at) < Self.memory {
      guard kin.count < Self.mostKin else { break }
      var (above, at) = (entry.parent, entry.at)
      for _ in 0..<Self.mostAncestors where above > 2 {
        if above == process {
          kin.append((pid, entry.at))
          break
        }
        guard let next = entries[above], next.at <= at else { break }
        (above, at) = (next.parent, next.at)
      }
    }
    return kin
  }
}
