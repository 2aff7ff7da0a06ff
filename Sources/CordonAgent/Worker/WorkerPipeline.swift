package import CordonCore
import CordonLearning
package import CordonTelemetry

/// The way of an observation through the worker: parse, complete, trip, pseudonymise, window, score. A value, stepped with
/// raw records and time; what leaves is pseudonyms, sealed names, clear names and numbers.
///
/// Policies and keys are taken live; a new key epoch closes all windows first, so that no window mixes two pseudonyms.
package struct WorkerPipeline: Sendable {
  /// Peers blocked by reflex for one detection, at most.
  package static let blockLimit = 4
  /// Processes under suspicion, whose further peers are followed, in each of two generations.
  package static let suspectLimit = 64
  package static let suspectFor = Duration.seconds(600)

  private struct Suspect: Sendable {
    var detection: Detection
    var at: Timestamp
    var blocked: Set<IPAddress>
  }

  package private(set) var counters = WorkerCounters()
  /// Scores windows; its models and what it learned are its owner's to change.
  package var behaviour: BehaviourStage

  private let settings: WorkerSettings
  private let directory: any AccountDirectory
  /// Names of users for rules that ask for them.
  private var accounts: any AccountDirectory
  private let siteOffset: @Sendable (String, Timestamp) -> Int
  private var randomness: any RandomNumberGenerator & Sendable
  private var policy: Policy
  private var parsers = SensorParsers()
  private var processes = ProcessMemory()
  private var peers = PeerMemory()
  private var suspects = GenerationCache<UInt32, Suspect>(limit: suspectLimit)
  private var burst: BurstTripwire
  private var guessing: GuessingTripwire
  private var unexplained: UnexplainedTripwire
  private var logOns = LogOnMemory()
  private var firsts: NoveltyMemory
  private var sigma = SigmaTripwire()
  private var lane = TripwireLane()
  private var pseudonymiser: Pseudonymiser
  private var hasher: SketchHasher
  private var naming: EntityNaming
  private var ownership: PackageOwnership
  private var entities = GenerationCache<RawAccount, Actor>(limit: 512)
  private var windows: WindowAssembler
  /// Accesses to health records, on gateways.
  private var records: RecordStage
  private var intake: IntakeClock
  /// Exchanges on the network.
  private var exchanges: WireStage
  /// Logs of other computers.
  private var computers: ComputerStage
  private var running: Set<String> = []
  private var observations: [Observation] = []
  private let hostEntity: EntityRef

  /// An account's entity in windows, and its name for detections.
  private struct Actor: Sendable {
    var entity: EntityRef
    var named: EntityNaming.Named
  }

  /// - Parameters:
  ///   - memory: what had been seen before a restart, as `memory` gave it.
  ///   - progress: what had been taken in of audit trails, as an output's `intake` said.
  ///   - siteOffset: seconds that a time zone's clock is ahead of UTC at a moment.
  package init(
    settings: WorkerSettings, policy: Policy = .observeOnly, keys: PseudonymKeys,
    behaviour: BehaviourStage = BehaviourStage(), memory: WorkerMemory = WorkerMemory(), progress: [UInt8] = [],
    directory: any AccountDirectory = SystemAccounts(),
    ownership: PackageOwnership = PackageOwnership(),
    randomness: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
    siteOffset: @escaping @Sendable (String, Timestamp) -> Int = { SiteClock.offset(of: $0, at: $1) }
  ) {
    self.behaviour = behaviour
    self.siteOffset = siteOffset
    self.settings = settings
    self.directory = directory
    accounts = directory
    self.randomness = randomness
    self.policy = policy
    self.ownership = ownership
    burst = BurstTripwire(settings: policy.tripwires.burst)
    guessing = GuessingTripwire(settings: policy.tripwires.guessing)
    unexplained = UnexplainedTripwire(settings: policy.tripwires.unexplained)
    firsts = NoveltyMemory(key: keys.path, encoded: memory[.machine])
    pseudonymiser = Pseudonymiser(keys: keys)
    hasher = pseudonymiser.sketchHasher
    naming = EntityNaming(settings: .init(machine: settings.machine, policy: policy), directory: directory)
    windows = WindowAssembler(settings: Self.windowSettings(policy))
    records = RecordStage(policy: policy, pseudonymiser: pseudonymiser, ownKey: keys.path, history: memory[.patients])
    intake = IntakeClock(progress: progress)
    hostEntity = EntityRef(kind: .host, label: settings.host)
    exchanges = WireStage(
      policy: policy, pseudonymiser: pseudonymiser, host: hostEntity, ownKey: keys.path, memory: memory[.network])
    computers = ComputerStage(
      policy: policy, pseudonymiser: pseudonymiser, ownKey: keys.path, memory: memory[.computers])
    pseudonymiser.setClear(naming.clearNames)
    self.behaviour.setCap(DailyCap.limit(dailyAlerts: policy.dailyAlerts))
    parsers.use(policy)
    use(policy.sigma)
  }

  /// Takes in what a source read.
  package mutating func ingest(_ batch: SensorBatch, at now: Timestamp) -> WorkerOutput {
    var output = WorkerOutput()
    counters.records += UInt64(batch.records.count)
    if batch.dropped > 0 { countLoss(batch.dropped, at: now) }
    var found: [Observation] = []
    swap(&found, &observations)
    let isKnown = parsers.parse(batch, arrived: now, into: &found)
    if !isKnown { counters.unknownSensor += UInt64(batch.records.count) }
    take(&found, now, &output)
    swap(&found, &observations)
    if batch.sensor == EHRSensor.name { intake.take(batch) }
    return output
  }

  /// Moves time on: finishes events that waited too long, closes windows. Call at least once a second.
  package mutating func tick(at now: Timestamp) -> WorkerOutput {
    var output = WorkerOutput()
    var found: [Observation] = []
    parsers.advance(to: now, into: &found)
    take(&found, now, &output)
    score(windows.advance(to: now), now, &output)
    closeRecords(isLast: false, now, &output)
    score(exchanges.windows.advance(to: now), now, &output)
    score(computers.windows.advance(to: now), now, &output)
    return output
  }

  /// Finishes and closes everything, as at the agent's end.
  package mutating func finish(at now: Timestamp) -> WorkerOutput {
    var output = WorkerOutput()
    var found: [Observation] = []
    parsers.finish(into: &found)
    take(&found, now, &output)
    score(windows.finish(), now, &output)
    closeRecords(isLast: true, now, &output)
    score(exchanges.windows.finish(), now, &output)
    score(computers.windows.finish(), now, &output)
    do throws(CordonError) {
      try behaviour.settle { [siteOffset, policy] in siteOffset(policy.timeZone, $0) }
    } catch { counters.unscored += 1 }
    return output
  }

  /// Takes another policy, from the next record on.
  package mutating func use(_ policy: Policy, at now: Timestamp) -> WorkerOutput {
    self.policy = policy
    burst.use(policy.tripwires.burst)
    guessing.use(policy.tripwires.guessing)
    unexplained.use(policy.tripwires.unexplained)
    behaviour.setCap(DailyCap.limit(dailyAlerts: policy.dailyAlerts))
    parsers.use(policy)
    use(policy.sigma)
    windows.use(Self.windowSettings(policy))
    records.use(policy)
    exchanges.use(policy)
    computers.use(policy)
    naming = EntityNaming(settings: .init(machine: settings.machine, policy: policy), directory: directory)
    pseudonymiser.setClear(naming.clearNames)
    entities.removeAll()
    return tick(at: now)
  }

  /// Takes other keys: where names change by them, everything open is closed under the old ones first.
  ///
  /// What is kept on this machine needs nothing more: it goes by clear labels and by the agent's own key.
  package mutating func use(_ keys: PseudonymKeys, at now: Timestamp) -> WorkerOutput {
    let output = keys.staff.current.epoch == pseudonymiser.epoch ? WorkerOutput() : finish(at: now)
    pseudonymiser.use(keys)
    hasher = pseudonymiser.sketchHasher
    records.use(pseudonymiser)
    exchanges.use(pseudonymiser)
    computers.use(pseudonymiser)
    entities.removeAll()
    return output
  }

  /// Whether the machine's clock is further off than the policy's tolerance: windows are marked.
  package mutating func setSkewed(_ isSkewed: Bool) {
    windows.isSkewed = isSkewed
    records.setSkewed(isSkewed)
    exchanges.windows.isSkewed = isSkewed
    computers.windows.isSkewed = isSkewed
  }

  /// What was seen until now, for the next start.
  package var memory: WorkerMemory {
    var memory = WorkerMemory()
    memory[.patients] = records.history.encoded
    memory[.machine] = firsts.encoded
    memory[.computers] = computers.memory
    memory[.network] = exchanges.memory
    return memory
  }

  /// Names of users met since the start, sealed, of those behind pseudonyms; who was not met is left out.
  package mutating func names(of asked: [EntityRef]) -> [SealedEntity] {
    let met = entities.contents.values.map(\.named.name)
    return asked.compactMap { entity in
      met.first { $0.kind == entity.kind && pseudonymiser.matches($0, [entity]) }
        .flatMap { pseudonymiser.sealed($0, as: entity, part: .actor) }
    }
  }

  /// What the keeper says of a sensor; one that ran and does not any more is a detection.
  package mutating func sensor(_ name: String, isRunning: Bool, at now: Timestamp) -> WorkerOutput {
    var output = WorkerOutput()
    guard !isRunning else {
      running.insert(name)
      return output
    }
    guard running.remove(name) != nil, policy.tripwires.sensorTampering else { return output }
    raise(TamperingTripwire().lost(sensor: name, at: now), now, &output)
    return output
  }

  /// The schemas whose windows this pipeline makes.
  package static let schemas = FeatureSchema.all

  private static func windowSettings(_ policy: Policy) -> WindowSettings {
    WindowSettings(
      length: policy.windows.length, lateness: policy.windows.hostLateness, ahead: policy.clockTolerance,
      burst: Int(policy.tripwires.burst.files))
  }
}

extension WorkerPipeline {
  /// Windows of health records leave together with what was read for them, so that neither counts without the other.
  private mutating func closeRecords(isLast: Bool, _ now: Timestamp, _ output: inout WorkerOutput) {
    var closed = isLast ? [] : records.windows.advance(to: now)
    if isLast || records.windows.openCount > Intake.unfinishedLimit { closed += records.windows.finish() }
    // A record's window is made of many people's hours: one that a kill cuts short is not told of again.
    closed += records.closeRecordWindows(isLast: isLast, at: now)
    guard !closed.isEmpty || (isLast ? intake.isChanged : intake.isDue(at: now)) else { return }
    score(closed, now, &output)
    output.intake = intake.checkpoint(records.windows.unfinished.map(SmallCounts.coarsened), at: now)
  }

  private mutating func score(_ closed: [EntityWindow], _ now: Timestamp, _ output: inout WorkerOutput) {
    for window in closed.map(SmallCounts.coarsened) {
      guard policy.learning.isEnabled else {
        output.records.append(.window(window))
        continue
      }
      do throws(CordonError) {
        let offset = siteOffset(policy.timeZone, window.start)
        let (scored, finding) = try behaviour.take(window, offset: offset)
        output.records.append(.window(scored))
        guard let detection = finding?.detection(at: now, randomness: &randomness) else { continue }
        output.records.append(.detection(detection))
        counters.detections += 1
      } catch {
        // The window itself is not lost for it.
        counters.unscored += 1
        output.records.append(.window(window))
      }
    }
  }

  private mutating func take(_ found: inout [Observation], _ now: Timestamp, _ output: inout WorkerOutput) {
    for index in found.indices {
      found[index].time = found[index].time.bounded
      guard found[index].foreign == nil else {
        takeForeign(found[index], now, &output)
        continue
      }
      guard found[index].family == .host else {
        takeRecord(found[index], now, &output)
        continue
      }
      // The PAM module and a log tell of the same one.
      guard !logOns.isRepetition(&found[index]) else { continue }
      processes.complete(&found[index])
      peers.take(found[index])
      trip(found[index], now, &output)
      window(found[index], now)
    }
    counters.observed += UInt64(found.count)
    let read = parsers.counters
    counters.malformed = read.malformed
    counters.abandoned = read.abandoned
    counters.windows =
      windows.counters + records.windows.counters + exchanges.windows.counters
      + computers.windows.counters
    counters.unnamed = records.unnamed
    counters.unopened = exchanges.unopened
    counters.folded = lane.folded
    counters.expressionsGivenUp = sigma.gaveUp
    found.removeAll(keepingCapacity: true)
  }

  /// Rules that cannot be worked out leave the earlier ones in force; the policy's compiler tried each of them.
  private mutating func use(_ sigma: Policy.Sigma) {
    do throws(CordonError) { try self.sigma.use(sigma) } catch { counters.refusedRules += 1 }
  }

  /// What an audit trail or the network tells: no doing of this machine's processes, so it counts for others alone.
  private mutating func takeRecord(_ observation: Observation, _ now: Timestamp, _ output: inout WorkerOutput) {
    switch observation.object {
    case .care(let fact): records.take(fact)
    case .access(let access):
      guard let account = observation.actor, let actor = actor(account, now) else { return }
      if let hit = sharedUse(observation, now) { raise(hit, now, &output) }
      let patients = records.take(access, observation, by: actor.named.name, as: actor.entity, now: now)
      guard !patients.isEmpty else { return }
      let offset = siteOffset(policy.timeZone, observation.time)
      let day = observation.time.advanced(by: .seconds(offset)).milliseconds / 86_400_000
      for hit in unexplained.examine(patients, of: observation, by: actor.named.name, day: day) {
        raise(hit, now, &output)
      }
    case .alert: if let hit = AlertTripwire().examine(observation) { raise(hit, now, &output) }
    case .exchange(let exchange):
      exchanges.take(exchange, at: observation.time, now: now)
      if let hit = ExposureFinding.hit(exchange, at: observation.time) { raise(hit, now, &output) }
    case .ownAddresses(let addresses): exchanges.use(own: addresses)
    default: break
    }
  }

  /// What another machine's log tells: its process numbers mean nothing here, and it counts for that machine alone.
  private mutating func takeForeign(_ observation: Observation, _ now: Timestamp, _ output: inout WorkerOutput) {
    guard let foreign = observation.foreign else { return }
    var hits = sigma.examine(observation, userName: nil)
    if policy.tripwires.sensorTampering, let hit = TamperingTripwire().examine(observation) { hits.append(hit) }
    if observation.isLogin, let hit = sharedUse(observation, now) { hits.append(hit) }
    for var hit in hits {
      hit.machine = foreign.machine
      hit.identity += "@\(foreign.machine)"
      raise(hit, now, &output)
    }
    guard observation.activity != .sensorTampering, observation.activity != .systemEvent else { return }
    let user = observation.actor.flatMap { actor($0, now) }
    computers.take(observation, by: user.map { ($0.entity, $0.named.name) }, now: now)
  }

  private mutating func countLoss(_ count: UInt64, at now: Timestamp) {
    counters.lost += count
    windows.add(hostEntity, schema: .hostAtHost, at: now, now: now) { HostFeatures.countLosses(count, in: &$0) }
  }

  private mutating func window(_ observation: Observation, _ now: Timestamp) {
    guard observation.activity != .sensorLoss, observation.activity != .sensorTampering else { return }
    var user: Actor?
    if let account = observation.actor { user = actor(account, now) }
    let hashes = HostFeatures.Hashes(
      of: observation, host: settings.host, user: user?.named.name, hasher: &hasher, novelty: &firsts)
    windows.add(hostEntity, schema: .hostAtHost, at: observation.time, now: now) {
      HostFeatures.countForHost(observation, hashes, in: &$0)
    }
    guard let user else { return }
    windows.add(user.entity, schema: .userAtHost, at: observation.time, now: now) {
      HostFeatures.countForUser(observation, hashes, in: &$0)
    }
  }

  private mutating func actor(_ account: RawAccount, _ now: Timestamp) -> Actor? {
    if let known = entities[account] { return known }
    guard let named = naming.name(account, now: now), let entity = pseudonymiser.reference(to: named.name) else {
      return nil
    }
    let actor = Actor(entity: entity, named: named)
    entities[account] = actor
    return actor
  }
}

extension WorkerPipeline {
  private mutating func trip(_ observation: Observation, _ now: Timestamp, _ output: inout WorkerOutput) {
    if let hit = CanaryTripwire().examine(observation) { raise(hit, now, &output) }
    if let hit = burst.examine(observation) { raise(hit, now, &output) }
    if let hit = guessing.examine(observation) { raise(hit, now, &output) }
    if policy.audit.sensitive, let hit = SensitiveCallTripwire().examine(observation) { raise(hit, now, &output) }
    if policy.tripwires.persistence, let hit = PersistenceTripwire().examine(observation) { raise(hit, now, &output) }
    if policy.tripwires.sensorTampering, let hit = TamperingTripwire().examine(observation) { raise(hit, now, &output) }
    let userName = sigma.wantedUser(of: observation).flatMap { accounts.account(of: $0, now: now)?.name }
    for hit in sigma.examine(observation, userName: userName) { raise(hit, now, &output) }
    if observation.isLogin, let hit = sharedUse(observation, now) { raise(hit, now, &output) }
    if observation.activity == .connect { follow(observation, now, &output) }
  }

  private mutating func sharedUse(_ observation: Observation, _ now: Timestamp) -> TripwireHit? {
    guard let account = observation.actor, let actor = actor(account, now), actor.named.isShared else { return nil }
    let day = now.milliseconds / 86_400_000
    return SharedAccountFinding.hit(observation, account: actor.named.name, day: day)
  }

  private mutating func raise(_ hit: TripwireHit, _ now: Timestamp, _ output: inout WorkerOutput) {
    let machine = hit.machine.map { computers.entity(of: $0) } ?? hostEntity
    if let machine { behaviour.note(tripwire: hit.rule.name, at: hit.time, on: machine) }
    guard case .raise(let folded) = lane.judge(hit, cap: cap(of: hit.rule), now: now) else { return }
    var known = hit
    if hit.machine == nil, let process = hit.process, process.executable.isEmpty {
      var bare = Observation(
        time: hit.time, family: .host, source: "", activity: .fileWrite, actor: hit.actor, process: process)
      processes.complete(&bare)
      known.process = bare.process
      known.actor = bare.actor
    }
    // Of another machine's processes nothing is remembered here.
    let isOwn = hit.machine == nil
    let addresses = hit.peers + (isOwn ? known.process.map { peers.recent(of: $0.pid, now: now) } ?? [] : [])
    let executable = known.process?.executable ?? []
    let owned = ownership.owns(executable, now: now) ? String(decoding: executable, as: UTF8.self) : ""
    let name = known.actor.flatMap { actor($0, now)?.named.name }
    let detection = DetectionMaker.make(
      known, folded: folded, id: UniqueID(at: now, randomness: &randomness), raisedAt: now, context: settings.context,
      executable: owned, actor: name, machine: hit.machine.flatMap { computers.name(of: $0) }, peers: addresses,
      pseudonymiser: &pseudonymiser)
    counters.detections += 1
    output.records.append(.detection(detection))
    if let process = detection.process {
      let kin = processes.kin(of: process.pid, now: now).map { ProcessLineage.Kin(pid: $0.pid, seen: $0.seen) }
      if !kin.isEmpty { output.lineages.append(ProcessLineage(process: process, kin: kin)) }
    }
    if isOwn, hit.rule.mayReflex { react(detection, known.process, addresses, now, &output) }
  }

  /// Most detections of a rule a day.
  private func cap(of rule: TripwireRule) -> UInt32 {
    if case .sigma = rule { policy.sigma.dailyCap } else { policy.tripwires.dailyCap }
  }

  /// What policy lets the keeper do by itself: freeze the process, cut its peers.
  private mutating func react(
    _ detection: Detection, _ process: ObservedProcess?, _ addresses: [IPAddress], _ now: Timestamp,
    _ output: inout WorkerOutput
  ) {
    let reflex = policy.containment.reflex
    guard policy.containment.isEnabled, reflex.isEnabled else { return }
    if reflex.actions.contains(.suspendProcess), let reference = detection.process {
      output.reflexes.append(ReflexRequest(detection: detection, action: .suspendProcess(reference)))
    }
    guard reflex.actions.contains(.blockAddress), let process else { return }
    var suspect = Suspect(detection: detection, at: now, blocked: [])
    for address in addresses { block(address, &suspect, &output) }
    suspects[process.pid] = suspect
  }

  /// A suspect that calls out only after it was found out.
  private mutating func follow(_ observation: Observation, _ now: Timestamp, _ output: inout WorkerOutput) {
    guard let process = observation.process, case .peer(let address, _) = observation.object,
      HostFeatures.isOutbound(address)
    else { return }
    for pid in [process.pid, process.parent] where pid > 2 {
      guard var suspect = suspects[pid], now.since(suspect.at) < Self.suspectFor else { continue }
      block(address, &suspect, &output)
      suspects[pid] = suspect
      return
    }
  }

  private mutating func block(_ address: IPAddress, _ suspect: inout Suspect, _ output: inout WorkerOutput) {
    guard suspect.blocked.count < Self.blockLimit, suspect.blocked.insert(address).inserted,
      let sealed = pseudonymiser.sealed(.address(address), part: .target)
    else { return }
    output.reflexes.append(
      ReflexRequest(detection: suspect.detection, action: .blockAddress(sealed), address: address))
  }
}
