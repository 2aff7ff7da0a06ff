import CordonCore

/// One value of each kind with every field set.
enum Samples {
  static let id = UniqueID(bytes: [UInt8](1...16))!
  static let agent = AgentID("00112233445566778899aabbccddeeff")!
  static let process = ProcessRef(pid: 41, startTicks: 991, bootID: "b-1", executable: "/usr/bin/openssl")
  static let user = EntityRef(kind: .user, keyEpoch: 2, pseudonym: [UInt8](repeating: 7, count: 16))
  static let address = SealedEntity(
    entity: EntityRef(kind: .address, keyEpoch: 2, pseudonym: [UInt8](repeating: 9, count: 16)),
    sealedName: [1, 2, 3], part: .target)

  static let window = EntityWindow(
    entity: user, schema: FeatureSchema.userAtHost.id, start: Timestamp(milliseconds: 1_700_000_000_000),
    length: 60_000,
    observations: 12, features: FeatureSchema.userAtHost.features.indices.map { Float($0) },
    sketches: [.init(feature: 202, registers: [1, 2, 3])], isPartial: true, isEarly: true, isSkewed: true, lag: 5,
    late: 6, part: 7, scores: WindowScores(model: .max, values: [1, -2, 3.5]),
    shadowScores: WindowScores(model: 7, values: []))

  static let detection = Detection(
    id: id, kind: .tripwire, rule: "encryption-burst", technique: "T1486", severity: .critical,
    eventTime: Timestamp(milliseconds: 10), raisedAt: Timestamp(milliseconds: 20), summary: "14 files in 3 s",
    entities: [SealedEntity(entity: EntityRef(kind: .host, label: "ws-1"), part: .host), address], process: process,
    evidence: [
      .init(feature: 110, what: "files", value: 14, usual: 0...2, percentile: 99.5, unit: "count"),
      .init(what: "x", value: 1),
    ],
    score: 3.5, folded: 2)

  static var detectionWithoutProcess: Detection {
    var detection = detection
    detection.process = nil
    detection.kind = .silence
    return detection
  }

  static let outcome = Outcome(
    commandID: id, state: .held, at: Timestamp(milliseconds: 30), code: "", message: "frozen",
    leaseUntil: Timestamp(milliseconds: 60), evidence: ["state T"], verifiedBy: "self", isReflex: true,
    action: .suspendProcess(process), detectionID: id)

  static func command(_ action: Action) -> Command {
    Command(
      id: id, agentID: agent, action: action, notBefore: Timestamp(milliseconds: 1),
      notAfter: Timestamp(milliseconds: 2), lease: action.name.isReversible ? .seconds(60) : .zero,
      maxUntil: Timestamp(milliseconds: 3), reason: "because", incidentID: id, mode: .dryRun)
  }

  static var policy: Policy {
    var policy = Policy(serial: 9, name: "p", group: "wards", issued: Timestamp(milliseconds: 5))
    policy.timeZone = "Europe/Berlin"
    policy.file.exclude = ["/home/x"]
    policy.audit.modules = false
    policy.audit.sensitive = false
    policy.profile = .passive
    policy.auth.paths = ["/srv/log/auth.log"]
    policy.data.postgreSQL = ["/srv/log/pg.json"]
    policy.data.mySQL = ["/srv/log/audit.log"]
    policy.data.samba = ["/srv/log/samba.log"]
    policy.data.ldap = ["/srv/log/slapd.log"]
    policy.data.realm = "dbs"
    policy.ehr.recordWindows = true
    policy.tripwires.unexplained.patients = 9
    policy.tripwires.unexplained.days = 4
    policy.socket.isEnabled = false
    policy.persistence.paths = ["/opt/site"]
    policy.tripwires.guessing.failures = 20
    policy.tripwires.guessing.within = .seconds(60)
    policy.tripwires.persistence = false
    policy.tripwires.canaryFolders = ["/home"]
    policy.learning.isEnabled = false
    policy.learning.standingRollout = true
    policy.learning.dwell = .seconds(7200)
    policy.learning.rateFactor = 1.5
    policy.learning.processorShare = 0.5
    policy.learning.memoryMebibytes = 128
    policy.learning.trainEvery = .seconds(86_400)
    policy.learning.canaries = [CanaryWindow(schema: 1, values: [110: 4000, 114: 7.9])]
    policy.learning.rings = ["pilot"]
    policy.learning.expected = [
      "maintenance group ward-3 sun 02:00-06:00 until 2027-01-01: patches",
      "scanner host scan-01 until 2027-01-01: nmap",
    ].compactMap(ExpectedActivity.init(text:))
    policy.containment.isEnabled = true
    policy.containment.reflex.isEnabled = true
    policy.containment.reflex.actions = [.suspendProcess, .blockAddress]
    policy.containment.reflex.lease = .seconds(300)
    policy.containment.standing.isEnabled = true
    policy.containment.standing.budgets = [.blockAddress: 4, .suspendProcess: 2]
    policy.containment.neverTouchNetworks = ["10.0.0.0/8"]
    policy.containment.neverTouchExecutables = ["/usr/bin/mirth"]
    policy.containment.neverTouchSealed = [address]
    policy.interlock.hosts = [.init(label: "ws-1", criticality: .administrative, clinicalArea: "icu")]
    policy.interlock.clinicalExecutables = ["/opt/pacs"]
    policy.interlock.clinicalNetworks = ["192.0.2.0/24"]
    policy.wire.isEnabled = true
    policy.wire.interfaces = ["eth1"]
    policy.wire.readsStreams = false
    policy.wire.excludedPorts = [9000]
    policy.wire.networks = ["10.0.0.0/8"]
    policy.wire.devices = [.init(address: IPAddress(high: 0, low: 0xFFFF_0A01_0203), label: "pump-3")]
    policy.windows.wireLength = .seconds(120)
    policy.windows.wireLateness = .seconds(30)
    policy.serviceAccounts = ["backup"]
    return policy
  }
}
