import CordonContainment
import CordonCore
import Synchronization

/// A machine in memory: who runs on it, what containment has changed, and a fault at the n-th step.
final class FakeWorld: Machine, ManagementProbe {
  struct State {
    var processes: [UInt32: ProcessFacts] = [:]
    var network = NetworkFacts()
    /// Targets in effect, by command.
    var inEffect: [UniqueID: Target] = [:]
    var kills: [UniqueID: Int] = [:]
    var steps = 0
    var faultAt: Int?
    /// After the fault nothing works: the power is off.
    var isPowerCut = false
    var isDead = false
    var undoFails = false
    var isEffective = true
    var reachable: Set<Endpoint> = []
    var reachableAfterBlock: Set<Endpoint>?
  }

  let state = Mutex(State())
  let bootID: String

  init(bootID: String = Sample.bootID) {
    self.bootID = bootID
    state.withLock { state in
      state.processes[1] = ProcessFacts(pid: 1, parent: 0, startTicks: 1)
      let process = Sample.process()
      state.processes[process.pid] = ProcessFacts(pid: process.pid, parent: 1, startTicks: process.startTicks)
    }
  }

  func set(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }
  func get<Value: Sendable>(_ read: (State) -> Value) -> Value { state.withLock { read($0) } }

  func process(_ pid: UInt32) -> ProcessFacts? { get { $0.processes[pid] } }
  func processes() -> [ProcessFacts] { get { Array($0.processes.values) } }
  func network() -> NetworkFacts { get { $0.network } }

  func reachable() -> Set<Endpoint> {
    get { state in
      let isBlocked = state.inEffect.values.contains { if case .address = $0 { true } else { false } }
      return isBlocked ? state.reachableAfterBlock ?? state.reachable : state.reachable
    }
  }

  /// One step on the machine; throws at the fault, and ever after where the power went.
  func step() throws(CordonError) {
    let fails = state.withLock { state in
      if state.isDead { return true }
      state.steps += 1
      guard state.steps == state.faultAt else { return false }
      state.isDead = state.isPowerCut
      return true
    }
    if fails { throw CordonError(.unavailable, "not-applied", "The machine failed, as the test wanted.") }
  }

  var effects: EffectSet {
    let effect = FakeEffect(world: self)
    return EffectSet(
      suspend: effect, block: effect, kill: effect,
      sweep: { [self] (holds) throws(CordonError) in
        let known = Set(holds.map(\.commandID))
        return state.withLock { state in
          let strays = state.inEffect.keys.filter { !known.contains($0) }
          for stray in strays { state.inEffect[stray] = nil }
          return strays.count
        }
      })
  }
}

/// Changes a `FakeWorld`, in as many steps as a real effect has.
struct FakeEffect: ActionEffect {
  let world: FakeWorld

  func plan(_ target: Target, command: UniqueID, others: [Hold]) throws(CordonError) -> Undo {
    if case .address(let address) = target { return .unblock(address) }
    return .resume([])
  }

  func apply(
    _ hold: Hold, others: [Hold], amend: (Undo) throws(CordonError) -> Void
  ) throws(CordonError) {
    try world.step()
    if hold.action.name == .suspendProcess {
      try amend(.resume([.init(pid: 4242, startTicks: 99, wasStopped: false)]))
      try world.step()
    }
    world.set { state in
      state.inEffect[hold.commandID] = hold.target
      if hold.action.name == .killProcess {
        state.kills[hold.commandID, default: 0] += 1
        state.inEffect[hold.commandID] = nil
        if case .process(let process) = hold.target { state.processes[process.pid] = nil }
      }
    }
    try world.step()
  }

  func verify(_ hold: Hold) throws(CordonError) -> [String] {
    try world.step()
    guard world.get({ $0.isEffective }) else { throw CordonError(.unavailable, "not-effective", "Not in effect.") }
    return ["seen"]
  }

  func undo(_ hold: Hold, others: [Hold]) throws(CordonError) -> [String] {
    try world.step()
    if world.get({ $0.undoFails }) { throw CordonError(.unavailable, "not-applied", "It cannot be undone.") }
    world.set { $0.inEffect[hold.commandID] = nil }
    return ["undone"]
  }

  func isInPlace(_ hold: Hold) -> Bool {
    if hold.action.name == .killProcess, case .process(let process) = hold.target {
      return world.process(process.pid) == nil
    }
    return world.get { $0.inEffect[hold.commandID] != nil }
  }
}

/// An executor on a fake world.
struct Bench {
  let world: FakeWorld
  let storage: MemoryStorage
  let clock: FakeMoments

  init(world: FakeWorld = FakeWorld(), storage: MemoryStorage = MemoryStorage(), clock: FakeMoments = FakeMoments()) {
    self.world = world
    self.storage = storage
    self.clock = clock
  }

  /// As after a start of the keeper: the journal as it is on disk.
  func executor(_ policy: Policy = Sample.policy) throws -> CommandExecutor {
    CommandExecutor(
      .init(
        agentID: Sample.agentID, label: Sample.label, machine: world, effects: world.effects, clock: clock,
        opener: PlainOpener(), management: world),
      journal: try Journal(storage: storage), policy: policy, ownProcesses: [900, 901])
  }
}
