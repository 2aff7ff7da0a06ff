import CordonCore
import CordonTelemetry
import CordonTestSupport
import Crypto
import Testing

@Suite struct HostFeaturesTests {
  static func observation(
    _ activity: Activity, _ object: ObservedObject = .none, outcome: ActivityOutcome = .success
  ) -> Observation {
    Observation(
      time: FakeClock.start, family: .host, source: "x", activity: activity, outcome: outcome, actor: .uid(1000),
      process: ObservedProcess(pid: 5, executable: Array("/bin/x".utf8)), object: object)
  }

  /// Non-zero features by name, of both schemas.
  static func features(_ observations: [Observation]) throws -> (host: [String: Float], user: [String: Float]) {
    let host = EntityRef(kind: .host, label: "ws")
    let user = EntityRef(kind: .user, label: "u")
    var hasher = SketchHasher(key: try #require(EpochKey(epoch: 1, bytes: [UInt8](repeating: 1, count: 32))))
    var novelty = NoveltyMemory(key: SymmetricKey(data: [UInt8](repeating: 2, count: 32)))
    let machine = try #require(MachineID("0123456789abcdef0123456789abcdef"))
    let name = try #require(CanonicalName.account("ann@ward", on: machine))
    var windows = WindowAssembler()
    for observation in observations {
      let hashes = HostFeatures.Hashes(
        of: observation, host: "ws", user: name, hasher: &hasher, novelty: &novelty)
      windows.add(host, schema: .hostAtHost, at: observation.time, now: observation.time) {
        HostFeatures.countForHost(observation, hashes, in: &$0)
      }
      windows.add(user, schema: .userAtHost, at: observation.time, now: observation.time) {
        HostFeatures.countForUser(observation, hashes, in: &$0)
      }
    }
    var found: [UInt32: [String: Float]] = [:]
    for window in windows.finish() {
      let schema = try #require(FeatureSchema.withID(window.schema))
      for (feature, value) in zip(schema.features, window.features) where value != 0 {
        found[schema.id, default: [:]][feature.name] = feature.merge == .union ? value.rounded() : value
      }
    }
    return (found[1] ?? [:], found[2] ?? [:])
  }

  static func content(_ entropy: Float, known: Bool = false) -> SampledContent {
    SampledContent(entropy: entropy, isKnownFormat: known, size: 9000)
  }

  static func write(_ entropy: Float, known: Bool = false) -> Observation {
    observation(.fileWrite, .file(ObservedFile(path: Array("/h/a".utf8), content: content(entropy, known: known))))
  }

  static func rename(_ from: String, _ to: String) -> Observation {
    observation(.fileRename, .renamed(from: Array(from.utf8), to: ObservedFile(path: Array(to.utf8))))
  }

  static func connect(_ address: String, outcome: ActivityOutcome = .success) throws -> Observation {
    observation(.connect, .peer(try #require(IPAddress(address)), port: 443), outcome: outcome)
  }

  static func logOn(
    _ address: String, outcome: ActivityOutcome = .success, attempts: UInt32 = 1
  ) throws -> Observation {
    let origin = Authentication.Origin.address(try #require(IPAddress(address)))
    return observation(
      .logOn, .authentication(Authentication(service: .ssh, origin: origin, attempts: attempts)), outcome: outcome)
  }

  @Test func `the use of a server's data counts by what was done, and a refusal as nothing else`() throws {
    func use(_ act: DataAccess.Act, _ object: String, rows: UInt64 = 0, _ outcome: ActivityOutcome = .success)
      -> Observation
    {
      Self.observation(
        .dataAccess, .data(DataAccess(store: .database, act: act, object: Array(object.utf8), rows: rows)),
        outcome: outcome)
    }
    let (host, user) = try Self.features([
      use(.read, "a", rows: 40), use(.read, "a"), use(.write, "b", rows: 2), use(.remove, "b"), use(.administer, ""),
      use(.read, "secret", rows: 7, .failure),
    ])
    let common: [String: Float] = [
      "data_reads": 2, "data_writes": 1, "data_removals": 1, "data_administration": 1, "data_rows": 42,
      "failed_data_accesses": 1, "distinct_data_objects": 2,
    ]
    #expect(host == common.merging(["distinct_data_users": 1]) { $1 })
    #expect(user == common.merging(["new_data_objects": 2, "distinct_hosts": 1, "failures": 1]) { $1 })
  }

  struct Case: Sendable {
    var observations: [Observation]
    var host: [String: Float]
    var user: [String: Float]
  }

  static func cases() throws -> [Case] {
    try [
      Case(
        observations: [observation(.processStart), observation(.processStart, outcome: .failure)],
        host: ["process_starts": 2, "failed_starts": 1, "distinct_executables": 1, "new_executables": 1],
        user: [
          "process_starts": 2, "failures": 1, "distinct_executables": 1, "new_executables": 1, "distinct_hosts": 1,
        ]),
      Case(
        observations: [
          connect("192.0.2.1"), connect("192.0.2.2", outcome: .failure), connect("127.0.0.1"), connect("::1"),
        ],
        host: ["connects": 2, "failed_connects": 1, "distinct_peers": 2, "distinct_peer_ports": 1],
        user: ["connects": 2, "failed_connects": 1, "failures": 1, "distinct_peers": 2, "distinct_hosts": 1]),
      Case(
        observations: [observation(.privilegeChange), observation(.moduleLoad, .module(name: "x"))],
        host: ["privilege_changes": 1, "module_loads": 1], user: ["privilege_changes": 1, "distinct_hosts": 1]),
      Case(
        observations: [write(7.2), write(7.1), write(7.9, known: true)],
        host: ["files_written": 3, "high_entropy_writes": 1, "write_entropy_most": 7.9],
        user: ["files_written": 3, "high_entropy_writes": 1, "distinct_hosts": 1]),
      Case(
        observations: [
          rename("/h/a.doc", "/h/a.doc.locked"), rename("/h/a.doc", "/h/b.doc"), observation(.fileDelete),
        ],
        host: ["files_renamed": 2, "extension_changes": 1, "files_deleted": 1],
        user: ["files_renamed": 2, "files_deleted": 1, "distinct_hosts": 1]),
      Case(
        observations: [
          logOn("192.0.2.1"), logOn("192.0.2.1"), logOn("192.0.2.2", outcome: .failure, attempts: 4),
          observation(.privilegeUse, .authentication(Authentication(service: .sudo))),
          observation(.privilegeUse, .authentication(Authentication(service: .su)), outcome: .failure),
        ],
        host: [
          "logons": 2, "failed_logons": 4, "distinct_logon_users": 1, "distinct_logon_sources": 2,
          "new_logon_sources": 1, "privilege_uses": 1, "failed_privilege_uses": 1,
        ],
        user: [
          "logons": 2, "failed_logons": 4, "distinct_logon_sources": 2, "new_logon_sources": 1, "privilege_uses": 1,
          "failed_privilege_uses": 1, "failures": 1, "distinct_hosts": 1,
        ]),
      Case(
        observations: [
          observation(
            .listen, .port(ListeningPort(transport: .tcp, port: 22, isOpen: true, isNew: false, total: 3))),
          observation(
            .listen, .port(ListeningPort(transport: .tcp, port: 4444, isOpen: true, isNew: true, total: 4))),
          observation(.persistenceChange), observation(.packageChange), observation(.storageAttach),
        ],
        host: [
          "listening_ports": 4, "new_listening_ports": 1, "persistence_changes": 1, "package_changes": 1,
          "storage_attached": 1,
        ], user: ["distinct_hosts": 1]),
      Case(
        observations: SensitiveCall.Kind.allCases.map { observation(.sensitiveCall, .call(SensitiveCall(kind: $0))) },
        host: ["process_accesses": 1, "kernel_interfaces": 1, "isolation_changes": 3, "rights_planted": 1],
        user: ["sensitive_calls": 6, "distinct_hosts": 1]),
    ]
  }

  @Test func `each activity counts in its features and in no other`() throws {
    for item in try Self.cases() {
      let (host, user) = try Self.features(item.observations)
      #expect(host == item.host)
      #expect(user == item.user)
    }
  }

  @Test(arguments: [
    ("/h/a.doc", "doc"), ("/h/a.tar.gz", "gz"), ("/h/.bashrc", ""), ("/h.d/a", ""), ("a.", ""), ("", ""), ("/h/", ""),
  ]) func `an extension is what follows the last dot of the name`(path: String, text: String) {
    #expect(PathName.fileExtension(Array(path.utf8)).elementsEqual(text.utf8))
  }

  @Test(arguments: [
    ("/h/a.doc.locked", "/h/a.doc", true), ("/h/a.locked", "/h/a.doc", true), ("/h/a.doc", "/h/a.doc", false),
    ("/h/b.doc.locked", "/h/a.doc", false), ("/h/sub/a.doc.locked", "/h/a.doc", false), ("/h/a", "/h/a.doc", false),
    ("/h/x/y", "/h/x", false),
  ]) func `which names are made from which`(path: String, original: String, isDerived: Bool) {
    #expect(PathName.isDerived(Array(path.utf8), from: Array(original.utf8)) == isDerived)
  }

  /// The ids are permanent: this table is changed by additions alone.
  @Test func `ids and names of features stand`() {
    let host = [
      "process_starts", "distinct_executables", "failed_starts", "connects", "failed_connects", "distinct_peers",
      "distinct_peer_ports", "privilege_changes", "module_loads", "files_written", "files_renamed", "files_deleted",
      "extension_changes", "write_entropy_most", "high_entropy_writes", "audit_losses", "logons", "failed_logons",
      "distinct_logon_users", "distinct_logon_sources", "new_logon_sources", "privilege_uses", "failed_privilege_uses",
      "listening_ports", "new_listening_ports", "persistence_changes", "package_changes", "storage_attached",
      "new_executables", "process_accesses", "kernel_interfaces", "isolation_changes", "rights_planted",
      "data_reads", "data_writes", "data_removals", "data_administration", "data_rows",
      "failed_data_accesses", "distinct_data_objects", "distinct_data_users",
    ]
    let user = [
      "process_starts", "distinct_executables", "connects", "failed_connects", "distinct_peers", "privilege_changes",
      "files_written", "files_renamed", "files_deleted", "high_entropy_writes", "distinct_hosts", "failures", "logons",
      "failed_logons", "distinct_logon_sources", "new_logon_sources", "privilege_uses", "failed_privilege_uses",
      "new_executables", "sensitive_calls", "data_reads", "data_writes", "data_removals", "data_administration",
      "data_rows",
      "failed_data_accesses", "distinct_data_objects", "new_data_objects",
    ]
    #expect(FeatureSchema.hostAtHost.features.map(\.id) == (101...141).map { UInt32($0) })
    #expect(FeatureSchema.hostAtHost.features.map(\.name) == host)
    #expect(FeatureSchema.userAtHost.features.map(\.id) == (201...228).map { UInt32($0) })
    #expect(FeatureSchema.userAtHost.features.map(\.name) == user)
    #expect(Set(FeatureSchema.all.map(\.id)).count == FeatureSchema.all.count)
  }
}
