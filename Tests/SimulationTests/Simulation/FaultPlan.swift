import CordonTestSupport

/// What can go wrong.
enum Fault: String, CaseIterable {
  case cut, slow, agentCrash, collectorCrash, agentDiskFull, collectorDiskFull, clockJump
  case agentSnapshot, agentRestore, collectorSnapshot, collectorRestore, limitsChange
}

/// Which faults a run has, and how often: each run has another mixture, so that rare combinations meet.
struct FaultPlan {
  var faults: [Fault]
  /// Mean time between two faults.
  var interval: Duration
  /// One record in so many can never be stored; 0: none.
  var poisonEvery: Int
  /// Mean time between two appends of an agent.
  var appendInterval: Duration
  var largestAppend: Int

  init(randomness: inout SeededRandomness) {
    faults = Fault.allCases.filter { _ in Bool.random(using: &randomness) }
    // A restore without a snapshot is nothing.
    if faults.contains(.agentRestore) { faults.append(.agentSnapshot) }
    if faults.contains(.collectorRestore) { faults.append(.collectorSnapshot) }
    interval = .milliseconds(Int.random(in: 200...4_000, using: &randomness))
    poisonEvery = [0, 0, 5, 50].randomElement(using: &randomness)!
    appendInterval = .milliseconds(Int.random(in: 100...1_000, using: &randomness))
    largestAppend = Int.random(in: 1...6, using: &randomness)
  }
}
