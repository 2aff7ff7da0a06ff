import CordonCore
import CordonTelemetry

/// What the audit trail said of processes when they started, for those that are gone when a file event comes.
///
/// At most 2 × `limit` processes, each for `memory`.
struct ProcessMemory: Sendable {
  static let limit = 2048
  static let memory = Duration.seconds(600)

  private struct Entry: Sendable {
    var executable: [UInt8]
    var parent: UInt32
    var actor: RawAccount?
    var isLogin: Bool
    var at: Timestamp
  }

  private var entries = GenerationCache<UInt32, Entry>(limit: limit)

  /// Remembers a start; fills what another observation leaves open about its process.
  mutating func complete(_ observation: inout Observation) {
    guard let process = observation.process else { return }
    if observation.activity == .processStart {
      guard observation.outcome == .success else { return }
      entries[process.pid] = Entry(
        executable: process.executable, parent: process.parent, actor: observation.actor,
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
}
