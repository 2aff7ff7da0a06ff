import CordonTelemetry

/// What a worker has seen before, beside what behaviour learned: it outlives a restart, and never leaves the machine.
///
/// Hashes under the agent's own key, opaque here; a part that is missing or damaged is as if nothing had been seen yet.
package struct WorkerMemory: Hashable, Sendable {
  /// What is remembered; raw values name its files.
  package enum Part: String, Sendable, CaseIterable {
    /// Who has used whose record; empty but on gateways.
    case patients = "patient.history"
    /// What this machine and its users were seen with.
    case machine = "novelty"
    /// The same of computers whose logs are read here.
    case computers = "novelty.computers"
    /// Who has spoken with whom on the network, and how regularly.
    case network = "novelty.network"

    /// Bytes, at most.
    package var limit: Int {
      switch self {
      case .patients: PatientHistory.encodedLimit
      case .machine: NoveltyMemory.encodedLimit(capacity: NoveltyMemory.capacity)
      case .computers: NoveltyMemory.encodedLimit(capacity: ComputerStage.remembered)
      case .network: WireStage.memoryLimit
      }
    }
  }

  private var parts: [Part: [UInt8]] = [:]

  package init() {}

  /// Empty where nothing was seen.
  package subscript(part: Part) -> [UInt8] {
    get { parts[part] ?? [] }
    set { parts[part] = newValue.isEmpty ? nil : newValue }
  }
}
