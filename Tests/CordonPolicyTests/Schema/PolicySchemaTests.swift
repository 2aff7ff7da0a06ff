import CordonCore
import CordonPolicy
import Testing

@Suite struct PolicySchemaTests {
  @Test func everyPathIsThereOnceAndHasAMeaning() {
    let paths = PolicySchema.fields.map(\.path)
    #expect(Set(paths).count == paths.count)
    for field in PolicySchema.fields {
      #expect(!field.meaning.isEmpty && !field.meaning.hasSuffix("."), "\(field.path)")
      #expect(!field.kind.typeName.isEmpty && !field.kind.range.isEmpty)
    }
  }

  @Test func theDefaultsAreWithinTheirOwnRanges() {
    var policy = Policy.observeOnly
    policy.name = "defaults"
    let report = PolicyCompiler.compile(Array(PolicyText.render(policy, everything: true).utf8), file: "-")
    #expect(report.problems == [])
    #expect(report.policy == Policy(serial: 0, name: "defaults", group: "", issued: .epoch))
  }

  @Test func everyPropertyOfAPolicyHasARow() {
    // Serial and time of issue are set by whoever signs.
    var policy = Policy.example
    let text = PolicyText.render(policy)
    policy.serial = 0
    policy.issued = .epoch
    let report = PolicyCompiler.compile(Array(text.utf8), file: "-")
    #expect(report.errors == [])
    #expect(report.policy == policy, "\(text)")
  }
}

extension Policy {
  /// A Sigma rule with every kind of test and step.
  static let exampleRule: SigmaRule = {
    func test(_ field: SigmaField, _ match: SigmaMatch) -> SigmaExpression { .test(SigmaTest(field, match)) }
    let (tests, condition) = SigmaExpression.all([
      .any([
        test(.destinationPort, .number(.atLeast, -1024)), test(.image, .text(SigmaPattern(#"*a\*b?"#), isCased: true)),
        test(.image, .expression(#"^/"\d+$"#, [.ignoresCase, .byLine, .dotMatchesAll])),
      ]),
      .not(
        .any([test(.user, .empty), test(.initiated, .exists), test(.image, .text(SigmaPattern("x"), isCased: false))])),
    ]).flattened
    let networks = ["10.0.0.0/8", "fd00::/8"].compactMap { IPNetwork($0) }.map { test(.destinationIP, .network($0)) }
    let whole = SigmaExpression.disjunction(networks)
    return SigmaRule(
      id: "a-1", title: "A rule: \"all\" of it", severity: .medium, techniques: ["T1059.004", "T1105"],
      source: .networkConnection, tests: tests + whole.flattened.tests,
      condition: condition + [.test(tests.count), .test(tests.count + 1), .or, .and])
  }()

  /// Logs of every kind, and a mapping with every text.
  static let exampleLogs: Logs = {
    var logs = Logs()
    logs.windows.isEnabled = true
    logs.windows.paths = ["/srv/windows"]
    logs.windowsComputers = ["WS-*", "CT2"]
    logs.zeek.isEnabled = true
    logs.zeek.paths = ["/opt/zeek/logs/current"]
    logs.suricata.isEnabled = true
    logs.suricata.paths = ["/var/log/suricata/eve.json"]
    var mapping = RecordMapping(
      name: "doors", paths: ["/srv/doors"], format: .csvSemicolon, time: "at", user: "who.name",
      activities: [
        .init(meaning: .logOn, patterns: ["in", "*: \"opened\""]), .init(meaning: .recordOpen, patterns: ["view"]),
        .init(meaning: .fileWrite, patterns: ["write"]),
      ])
    for field in PolicySchema.mappingFields where !field.isRequired {
      mapping[keyPath: field.place] = field.name == "realm" ? "ward.example" : "the \(field.name)"
    }
    mapping.failures = ["no*"]
    logs.mappings = [mapping]
    return logs
  }()

  /// A policy whose every field differs from the default.
  static let example: Policy = {
    var policy = Policy(serial: 7, name: "Ward \"3\": all", group: "ward-3", issued: Timestamp(milliseconds: 5))
    policy.timeZone = "Europe/Berlin"
    policy.windows.length = .seconds(120)
    policy.windows.hostLateness = .milliseconds(1500)
    policy.audit.isEnabled = false
    policy.audit.exec = false
    policy.audit.connect = false
    policy.audit.privilege = false
    policy.audit.modules = false
    policy.audit.sensitive = false
    policy.file.isEnabled = false
    policy.file.paths = ["/srv/with space", "/home"]
    policy.file.exclude = ["/home/cache"]
    policy.logs = exampleLogs
    policy.auth.isEnabled = false
    policy.auth.paths = ["/var/log/logins"]
    policy.data.postgreSQL = ["/var/log/pg.json"]
    policy.data.mySQL = ["/var/log/audit.log"]
    policy.data.samba = ["/var/log/samba.log"]
    policy.data.ldap = ["/var/log/slapd.log"]
    policy.data.realm = "dbs"
    policy.ehr.recordWindows = true
    policy.tripwires.unexplained.isEnabled = false
    policy.tripwires.unexplained.patients = 9
    policy.tripwires.unexplained.days = 4
    policy.socket.isEnabled = false
    policy.persistence.isEnabled = false
    policy.persistence.paths = ["/opt/site"]
    policy.tripwires.guessing.isEnabled = false
    policy.tripwires.guessing.failures = 30
    policy.tripwires.guessing.within = .seconds(60)
    policy.tripwires.persistence = false
    policy.tripwires.canaryFolders = ["/srv"]
    policy.tripwires.burst.isEnabled = false
    policy.tripwires.burst.files = 30
    policy.tripwires.burst.within = .seconds(30)
    policy.tripwires.burst.entropyFloor = 7.5
    policy.tripwires.sensorTampering = false
    policy.tripwires.dailyCap = 9
    policy.containment.isEnabled = true
    policy.containment.reflex.isEnabled = true
    policy.containment.reflex.actions = [.suspendProcess, .blockAddress]
    policy.containment.reflex.lease = .seconds(300)
    policy.containment.reflex.mostAnHour = 2
    policy.containment.standing.isEnabled = true
    policy.containment.standing.budgets = [.killProcess: 1, .suspendProcess: 4]
    policy.containment.standing.lease = .seconds(600)
    policy.containment.neverTouchNetworks = ["10.0.0.0/8"]
    policy.containment.neverTouchExecutables = ["/usr/bin/rsync"]
    policy.containment.neverTouchSealed = [
      SealedEntity(
        entity: EntityRef(kind: .address, keyEpoch: 2, pseudonym: Array(0..<16)), sealedName: [1, 2, 3], part: .target)
    ]
    policy.interlock.hosts = [
      .init(label: "ws-1", criticality: .administrative),
      .init(label: "ct-2", criticality: .diagnostic, clinicalArea: "CT: 2"),
    ]
    policy.interlock.clinicalExecutables = ["/opt/pacs"]
    policy.interlock.clinicalNetworks = ["fd00::/8"]
    policy.heartbeat = .seconds(30)
    policy.clockTolerance = .seconds(60)
    policy.dailyAlerts = 2.5
    policy.serviceAccounts = ["backup"]
    policy.sharedAccounts = ["nursing1"]
    policy.defaultRealm = "hospital.example"
    policy.learning.isEnabled = false
    policy.learning.standingRollout = true
    policy.learning.dwell = .seconds(7200)
    policy.learning.rateFactor = 1.5
    policy.learning.processorShare = 0.5
    policy.learning.memoryMebibytes = 128
    policy.learning.trainEvery = .seconds(86_400)
    policy.learning.canaries = [CanaryWindow(schema: 1, values: [110: 4000, 114: 7.9])]
    policy.learning.expected = [
      "maintenance group ward-3 sun 02:00-06:00 until 2027-01-01: patches",
      "scanner host scan-01 until 2027-01-01: nmap",
    ].compactMap(ExpectedActivity.init(text:))
    policy.learning.rings = ["pilot", "wards"]
    policy.sigma.isEnabled = false
    policy.sigma.level = .medium
    policy.sigma.dailyCap = 7
    policy.sigma.disabled = ["a-rule-of-others"]
    policy.sigma.reflex = ["a-1"]
    policy.sigma.rules = [exampleRule]
    return policy
  }()
}
