import CordonAgent
import CordonCollector
import CordonCore
import CordonTestSupport
import CordonTrust

/// Agents, a collector and the lines between them, in one thread and in simulated time: a seed gives the same run, always.
final class Simulation {
  enum Event {
    case append(Int)
    case tick(Int)
    case connected(Connection)
    case toCollector(Connection, ToCollector)
    case toAgent(Connection, ToAgent)
    case agentNotices(Connection)
    case collectorNotices(Connection)
    case loaded(Connection, [LanePosition], mark: UInt64, life: Int)
    case committed([NumberedBatch], life: Int)
    case collectorWakes(life: Int)
    case fault
    case startAgent(Int)
    case startCollector
    case agentDiskFreed(Int)
    case collectorDiskFreed
    case direct(Int)
    case endOfFaults
    case lastGreeting
    case look
  }

  static let agentCount = 3
  static let faultsEnd = Duration.seconds(20)
  static let deadline = Duration.seconds(400)
  static let look = Duration.milliseconds(500)
  /// After the end of faults: by then nothing of an older stream is under way.
  static let lastGreeting = Duration.seconds(10)

  let seed: UInt64
  let scripted: ScriptedDirectives
  var randomness: SeededRandomness
  var plan: FaultPlan
  var now = Duration.zero
  var queue = EventQueue<Event>()
  var agents: [SimulatedAgent] = []
  let collector = SimulatedCollector()
  var oracle = Oracle()
  var isCalm = false
  var slowUntil = Duration.zero
  var nextConnection = 0
  var nextContent: UInt64 = 1
  var outbound: [Outbound] = []
  var digest: UInt64 = 0xCBF2_9CE4_8422_2325
  var events = 0
  var hasDrained = false
  var hasGreetedLast = false

  struct Outbound {
    var id: UInt64
    var agent: Int
    var envelope: Envelope
    var isGenuine: Bool
    var answer: DirectiveVerdict?
  }

  init(seed: UInt64, directives: ScriptedDirectives) {
    self.seed = seed
    scripted = directives
    randomness = SeededRandomness(seed: seed)
    plan = FaultPlan(randomness: &randomness)
  }

  /// Runs to the end; what is wrong, nothing where all is well.
  func run() -> [String] {
    agents = (0..<Self.agentCount).map(SimulatedAgent.init)
    startCollector()
    for agent in agents {
      startAgent(agent.index)
      queue.schedule(.append(agent.index), at: random(plan.appendInterval))
      queue.schedule(.tick(agent.index), at: .milliseconds(100 * agent.index))
      for _ in 0..<2 { queue.schedule(.direct(agent.index), at: random(Self.faultsEnd)) }
    }
    queue.schedule(.fault, at: random(plan.interval))
    queue.schedule(.endOfFaults, at: Self.faultsEnd)
    while let (time, event) = queue.next(), time < Self.deadline, !hasDrained {
      now = time
      events += 1
      handle(event)
    }
    var wrong = oracle.verdict(collector.store, agents: agents) + directiveFaults()
    if !hasDrained { wrong.append("did not drain: \(describeBacklog())") }
    return wrong
  }

  private func handle(_ event: Event) {
    switch event {
    case .append(let index): append(agents[index])
    case .tick(let index):
      queue.schedule(.tick(index), at: now + .milliseconds(250))
      tick(agents[index])
    case .connected(let connection): connected(connection)
    case .toCollector(let connection, let message): arrived(message, on: connection)
    case .toAgent(let connection, let message): arrived(message, on: connection)
    case .agentNotices(let connection): agentNotices(connection)
    case .collectorNotices(let connection): collectorNotices(connection)
    case .loaded(let connection, let positions, let mark, let life):
      if life == collector.life { loaded(connection, positions, mark) }
    case .committed(let batches, let life): if life == collector.life { committed(batches) }
    case .collectorWakes(let life): if life == collector.life { commitDue() }
    case .fault: strike()
    case .startAgent(let index): startAgent(index)
    case .startCollector: startCollector()
    case .agentDiskFreed(let index): agents[index].disk.isFull = false
    case .collectorDiskFreed: collector.store.isFull = false
    case .direct(let index): direct(index)
    case .endOfFaults: calm()
    case .lastGreeting: greetAgain()
    case .look:
      hasDrained = hasGreetedLast && isQuiet
      queue.schedule(.look, at: now + Self.look)
    }
  }

  // MARK: Chance and trace

  /// Anything up to twice the mean.
  func random(_ mean: Duration) -> Duration {
    .milliseconds(Int64.random(in: 1...max(1, 2 * mean.milliseconds), using: &randomness))
  }

  func chance(_ one: Int, in many: Int) -> Bool { Int.random(in: 0..<many, using: &randomness) < one }

  /// Adds something that happened to the trace's digest.
  func trace(_ what: StaticString, _ numbers: UInt64...) {
    for byte in UnsafeBufferPointer(start: what.utf8Start, count: what.utf8CodeUnitCount) { mix(UInt64(byte)) }
    mix(UInt64(now.milliseconds))
    for number in numbers { mix(number) }
  }

  private func mix(_ number: UInt64) { digest = (digest ^ number) &* 0x0000_0100_0000_01B3 }

  // MARK: Lines

  func delay() -> Duration {
    let most = now < slowUntil && !isCalm ? 6_000 : 20
    return .milliseconds(Int.random(in: 1...most, using: &randomness))
  }

  func send(_ message: ToCollector, on connection: Connection) {
    connection.nextToCollector = max(connection.nextToCollector, now + delay())
    queue.schedule(.toCollector(connection, message), at: connection.nextToCollector)
  }

  func send(_ message: ToAgent, on connection: Connection) {
    connection.nextToAgent = max(connection.nextToAgent, now + delay())
    queue.schedule(.toAgent(connection, message), at: connection.nextToAgent)
  }

  /// The line is cut: what is under way is lost, and each side notices in its own time.
  func cut(_ connection: Connection) {
    guard !connection.isCut else { return }
    trace("cut", UInt64(connection.id))
    connection.isCut = true
    queue.schedule(.agentNotices(connection), at: now + random(.seconds(1)))
    queue.schedule(.collectorNotices(connection), at: now + random(.seconds(2)))
  }

  // MARK: The end

  private func calm() {
    trace("calm")
    isCalm = true
    collector.store.isFull = false
    if collector.machine == nil { startCollector() }
    for agent in agents {
      agent.disk.isFull = false
      if agent.spool == nil { startAgent(agent.index) }
    }
    queue.schedule(.look, at: now + Self.look)
    queue.schedule(.lastGreeting, at: now + Self.lastGreeting)
  }

  /// Everyone connects once more: what a Welcome could not yet know, because an older stream's batch was still waiting
  /// for its commit, is known then.
  private func greetAgain() {
    hasGreetedLast = true
    for agent in agents { if let connection = agent.connection { cut(connection) } }
  }

  private var isQuiet: Bool {
    collector.machine?.pendingRecords == 0 && outbound.allSatisfy { $0.answer != nil }
      && agents.allSatisfy { agent in
        // An agent that has nothing to send may still have to be told what the collector lost.
        guard let spool = agent.spool, agent.machine.isStreaming, agent.connection?.isCut == false else { return false }
        return spool.state.records == 0 && spool.state.epochs.allSatisfy(\.isSettled)
      }
  }

  private func describeBacklog() -> String {
    agents.map { agent in
      "agent \(agent.index): \(agent.machine.state), under way \(agent.machine.inFlight.count), "
        + "\(agent.spool.map { "\($0.state.records) records" } ?? "down")"
    }.joined(separator: "; ") + "; collector: \(collector.machine?.pendingRecords ?? -1) pending"
  }
}
