import CordonAgent
import CordonCore
import CordonLearning
import CordonRange
import CordonTelemetry
import Crypto

/// The agents of a made-up hospital in one process: one on each host, one that reads the EHR's trail, one at each place
/// where the network is captured. Each is the product's own pipeline, fed with the bytes that its machine would have.
struct RangeAgents {
  private let hospital: Hospital
  private let policy: Policy
  private let keys: PseudonymKeys
  private var hosts: [RangeHost]
  private var trail: WorkerPipeline
  private var trailText: FHIRAuditEvent
  private var places: [(capture: NetworkCapture, pipeline: WorkerPipeline)]

  /// What the agents observed, and what they could not read.
  private(set) var observed: UInt64 = 0
  private(set) var dropped: UInt64 = 0

  /// - Parameter rules: the Sigma rules that ship, in a policy that only observes.
  init(_ hospital: Hospital, rules: Policy) throws {
    self.hospital = hospital
    keys = try Self.makeKeys()
    var policy = rules
    policy.defaultRealm = Person.realm
    policy.wire.isEnabled = true
    policy.wire.devices = Self.registry(of: hospital)
    self.policy = policy
    let accounts = RecordedAccounts(passwd: Array(HospitalTables.accounts(hospital).utf8))
    let (keys, given) = (keys, policy)
    func pipeline(_ label: String) throws -> WorkerPipeline {
      WorkerPipeline(
        settings: WorkerSettings(machine: try Self.machine(), host: label, bootID: "range", isRecorded: true),
        policy: given, keys: keys, directory: accounts)
    }
    hosts = try hospital.hosts.map { RangeHost($0, in: hospital, pipeline: try pipeline($0.label)) }
    trail = try pipeline("ehr-gateway")
    trailText = FHIRAuditEvent(in: hospital)
    places = try hospital.capturePoints.map { (NetworkCapture(of: $0, in: hospital), try pipeline($0.label)) }
    let planned = EHRSensor.records(inReplay: Array(FHIRCare(in: hospital).text.utf8))
    _ = trail.ingest(planned, at: hospital.calendar.start)
  }

  /// What a day becomes: windows and detections, with the label of the agent that made them.
  mutating func take(_ activity: HospitalActivity, until end: Timestamp) -> [(agent: String, record: Record)] {
    var made: [(agent: String, record: Record)] = []
    var byHost = [[MachineEvent]](repeating: [], count: hosts.count)
    for event in activity.machine { byHost[event.host].append(event) }
    for index in hosts.indices {
      let label = hospital.hosts[index].label
      made += hosts[index].take(byHost[index], until: end).map { (label, $0) }
    }
    made += takeAccesses(activity.records, until: end).map { ("ehr-gateway", $0) }
    for conversation in activity.wire { places[conversation.capturePoint].capture.take(conversation) }
    for index in places.indices {
      let label = hospital.capturePoints[index].label
      made += takeFrames(at: index, until: end).map { (label, $0) }
    }
    let counters = hosts.map(\.pipeline.counters) + places.map(\.pipeline.counters) + [trail.counters]
    observed = counters.map(\.observed).reduce(0, +)
    dropped = counters.map(\.dropped).reduce(0, +)
    return made
  }

  /// As windows name a member of the staff.
  func entity(of account: String) -> EntityRef? {
    var pseudonymiser = Pseudonymiser(keys: keys)
    return CanonicalName.domainAccount(account, realm: Person.realm).flatMap { pseudonymiser.reference(to: $0) }
  }

  private mutating func takeAccesses(_ accesses: [RecordAccess], until end: Timestamp) -> [Record] {
    var made: [Record] = []
    for access in accesses {
      var line: [UInt8] = []
      trailText.append(access, to: &line)
      made += trail.ingest(EHRSensor.records(inReplay: line), at: access.time).records
      made += trail.tick(at: access.time).records
    }
    return made + trail.tick(at: end).records
  }

  private mutating func takeFrames(at index: Int, until end: Timestamp) -> [Record] {
    var bytes = NetworkCapture.header
    places[index].capture.append(before: end, to: &bytes)
    var made: [Record] = []
    for record in WireSensor.records(inReplay: bytes).records {
      var now = Timestamp.epoch
      _ = FrameBlock.forEachFrame(of: record) { now = max(now, $0.time) }
      let batch = SensorBatch(sensor: WireSensor.name, records: [record])
      made += places[index].pipeline.ingest(batch, at: now).records + places[index].pipeline.tick(at: now).records
    }
    return made + places[index].pipeline.tick(at: end).records
  }

  /// Everything that has an address, so that windows name it in clear.
  private static func registry(of hospital: Hospital) -> [Policy.WireDevice] {
    let named =
      hospital.hosts.map { ($0.address, $0.label) } + hospital.devices.map { ($0.address, $0.label) }
      + ClinicalServer.allCases.map { ($0.address, $0.rawValue) }
    return named.compactMap { address, label in
      IPAddress(bytes: address.bytes).map { Policy.WireDevice(address: $0, label: label) }
    }
  }

  private static func makeKeys() throws -> PseudonymKeys {
    func ring(_ byte: UInt8) throws -> KeyRing {
      guard let key = EpochKey(epoch: 1, bytes: [UInt8](repeating: byte, count: EpochKey.length)) else {
        throw CordonError(.defect, "bench-key", "No key could be made.")
      }
      return KeyRing(current: key)
    }
    return PseudonymKeys(
      staff: try ring(1), patient: try ring(2), path: SymmetricKey(data: [UInt8](repeating: 3, count: 32)))
  }

  private static func machine() throws -> MachineID {
    guard let machine = MachineID(String(repeating: "1", count: 32)) else {
      throw CordonError(.defect, "bench-machine", "No machine's number could be made.")
    }
    return machine
  }
}

/// One host's agent: audit records, lines of log-ons, and what the kernel tells of files.
struct RangeHost {
  private static let step = Duration.seconds(1)
  /// Bits a byte of what was encrypted.
  private static let noise: Float = 7.99

  private(set) var pipeline: WorkerPipeline
  private var audit: AuditLog
  private var auth: AuthLog

  init(_ host: Host, in hospital: Hospital, pipeline: WorkerPipeline) {
    self.pipeline = pipeline
    audit = AuditLog(of: host, in: hospital)
    auth = AuthLog(of: host, in: hospital)
  }

  /// Events in order of time; what lies within a second goes in together.
  mutating func take(_ events: [MachineEvent], until end: Timestamp) -> [Record] {
    var made: [Record] = []
    var group: [MachineEvent] = []
    for event in events {
      if let first = group.first, event.time.since(first.time) > Self.step { made += step(&group) }
      group.append(event)
    }
    made += step(&group)
    return made + pipeline.tick(at: end).records
  }

  private mutating func step(_ events: inout [MachineEvent]) -> [Record] {
    guard let now = events.last?.time else { return [] }
    var (records, lines, touches): ([UInt8], [UInt8], [[UInt8]]) = ([], [], [])
    for event in events {
      audit.append(event, to: &records)
      auth.append(event, to: &lines)
      if case .touch(let act) = event.deed { touches.append(Self.record(of: act, event).encoded) }
    }
    events.removeAll(keepingCapacity: true)
    var made = pipeline.ingest(AuditSensor.records(inReplay: records), at: now).records
    if !lines.isEmpty { made += pipeline.ingest(AuthSensor.records(inReplay: lines), at: now).records }
    if !touches.isEmpty {
      made += pipeline.ingest(SensorBatch(sensor: FileSensor.name, records: touches), at: now).records
    }
    return made + pipeline.tick(at: now).records
  }

  /// As fanotify and the sampler tell it.
  private static func record(of act: MachineEvent.FileAct, _ event: MachineEvent) -> FileRecord {
    let process = ObservedProcess(
      pid: 3_000_000 + UInt32(event.host), parent: 1, startTicks: 1, executable: Array(event.program.path.utf8))
    let content = SampledContent(entropy: noise, isKnownFormat: false, size: 40_000)
    func record(
      _ kind: FileRecord.Act, _ path: String, _ content: SampledContent?, from: String = "", isNew: Bool = false
    )
      -> FileRecord
    {
      FileRecord(
        act: kind, time: event.time, process: process, user: 0,
        file: ObservedFile(path: Array(path.utf8), content: content, isNew: isNew), from: Array(from.utf8))
    }
    switch act {
    case .write(let path): return record(.write, path, nil, isNew: true)
    case .encrypt(let path): return record(.write, path, content)
    case .rename(let from, let to): return record(.rename, to, content, from: from)
    }
  }
}
