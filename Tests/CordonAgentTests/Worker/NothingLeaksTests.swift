import CordonAgent
import CordonCore
import CordonTelemetry
import CordonTestSupport
import CordonWire
import FoundationEssentials
import Glibc
import SwiftProtobuf
import Testing

func mkdirp(_ path: String) { mkdir(path, 0o755) }

/// Plants names of every class that may not leave in clear, lets them run through everything, and looks at every byte
/// that goes out.
@Suite struct NothingLeaksTests {
  typealias Support = WorkerSupport

  /// What no byte sequence that leaves may hold, in any form.
  static let search = LeakSearch(
    texts: Planted.texts + [
      "planted", "/evil", "locked", "budget", "argument", "/home", "2001:db8", "0123456789abcdef0123456789abcdef",
      "rootkit",
    ],
    binary: [
      "192.0.2.7": [192, 0, 2, 7], "2001:db8::/64": [0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0],
      "K_staff": [UInt8](repeating: 0x11, count: 16), "the key of paths": [UInt8](repeating: 0x22, count: 16),
      "K_patient": [UInt8](repeating: 0x33, count: 16),
    ])

  /// Programs, connections and calls of people with planted names, beside those of the attack.
  private static let auditLines =
    Support.exec(10, pid: 900, uid: 0, exe: "/home/plantedann/sh", at: Support.at(10))
    + Support.exec(11, pid: 901, uid: 4242, exe: "/home/plantedann/sh", at: Support.at(10))
    + Support.exec(
      15, pid: 902, exe: "/opt/plantedbob", argument: Planted.texts.joined(separator: " ").replacing("\"", with: ""),
      at: Support.at(10))
    + Support.connect(
      12, pid: 901, uid: 1001, saddr: "0A0001BB0000000020010DB800000000000000000000000100000000",
      exe: "/opt/plantedbob", at: Support.at(20))
      + """
      type=SYSCALL msg=audit(1767225600.030:13): arch=c000003e syscall=313 success=yes exit=0 a0=3 ppid=1 pid=2400 \
      auid=1000 uid=0 euid=0 exe="/home/plantedann/insmod" key="cordon"
      type=KERN_MODULE msg=audit(1767225600.030:13): name="rootkit"
      type=EOE msg=audit(1767225600.030:13):
      type=CONFIG_CHANGE msg=audit(1767225600.040:14): auid=1000 ses=4 op=remove_rule key="plantedkey" list=4 res=1
      type=SYSCALL msg=audit(1767225600.050:15): arch=c000003e syscall=90 success=yes exit=0 a0=1 a1=9ed a2=0 a3=0 \
      items=1 ppid=1 pid=1300 auid=1000 uid=1000 euid=1000 comm="x" exe="/home/plantedann/x" key="cordon"
      type=PATH msg=audit(1767225600.050:15): item=0 name="/home/plantedann/sh" nametype=NORMAL
      type=EOE msg=audit(1767225600.050:15):

      """

  static func everything() throws -> WorkerOutput {
    var policy = Support.policy()
    // Matches what the attack starts: the argument itself must stay here.
    let test = SigmaTest(.commandLine, .text(SigmaPattern("*plantedargument*"), isCased: false))
    policy.sigma.rules = [
      SigmaRule(
        id: "a-rule", title: "A rule", severity: .high, source: .processCreation, tests: [test],
        condition: [.test(0)])
    ]
    policy.logs.windowsComputers = ["ward-*"]
    policy.ehr.recordWindows = true
    policy.tripwires.unexplained.patients = 5
    policy.logs.mappings = [PlantedSources.mapping]
    var pipeline = try Support.pipeline(policy: policy, gateway: true)
    var all = WorkerOutput()
    var fed: Set<String> = []
    func take(_ step: WorkerOutput) {
      all.records += step.records
      all.reflexes += step.reflexes
    }
    func feed(_ batch: SensorBatch) {
      fed.insert(batch.sensor)
      take(pipeline.ingest(batch, at: Support.at(2000)))
    }
    for batch in Support.attack() { feed(batch) }
    feed(Support.lines(auditLines))
    let careless = (0..<20).map { number in
      Support.file(.write, "\(Planted.path).\(number)", pid: 1200, at: Support.at(1500 + 10 * Int64(number)))
    }
    feed(SensorBatch(sensor: "file", records: careless))
    let canary = Support.file(.delete, "/home/plantedann/00_budget.csv", pid: 999, canary: true, at: Support.at(30))
    feed(SensorBatch(sensor: "file", records: [canary]))
    feed(Support.logOns())
    feed(Support.letInKey())
    // From here on what nobody planned is unexplained.
    feed(Support.appointment)
    feed(Support.trail(Planted.identifiers.values.sorted()))
    for number in 0..<5 {
      feed(Support.trail(["MRN-7734120"], user: "plantednurse\(number)"))
    }
    feed(Support.dataUse)
    feed(Support.trail(["MRN-7734120"], user: "nursing1"))
    feed(WireTraffic.batch(of: "MRN-7734120", named: Planted.texts))
    feed(Support.computers(["WARD-5", "PLANTEDANN-PC"]))
    for batch in PlantedSources.batches { feed(batch) }
    #expect(fed == Set(SensorParsers.names), "every sensor has come upon them")
    #expect(pipeline.counters.malformed == 0 && pipeline.counters.unknownSensor == 0)
    _ = pipeline.sensor("plantedsensor", isRunning: true, at: Support.start)
    take(pipeline.sensor("plantedsensor", isRunning: false, at: Support.at(2000)))
    take(pipeline.finish(at: Support.at(2000)))
    return all
  }

  /// Every byte that a record is on the wire.
  static func bytes(_ record: Record) throws -> [UInt8] { try Cordon_V1_Record(record).serializedBytes() }

  static func leaks(in bytes: [UInt8]) -> [String] { search.finds(in: bytes) }

  @Test func `no planted name leaves in any record`() throws {
    let output = try Self.everything()
    let kinds = Set(output.records.map(\.lane))
    #expect(kinds == [.window, .detection])
    #expect(
      Set(WorkerPipelineTests.windows(output).map(\.schema)) == Set(FeatureSchema.all.map(\.id)),
      "every schema has a window")
    let rules = Set(WorkerPipelineTests.detections(output).map(\.rule))
    let others = ["zeek:Scan::Port_Scan", "suricata:2024218"]
    #expect(rules == Set(TripwireRule.builtIn.map(\.name) + ["sigma:a-rule"] + others), "every rule has spoken")
    for record in output.records {
      let found = Self.leaks(in: try Self.bytes(record))
      #expect(found.isEmpty, "\(found) in \(record)")
    }
  }

  /// A test that cannot fail is none: the same search finds what a reflex request holds, which stays on the machine.
  @Test func `the search finds a name where there is one`() throws {
    let output = try Self.everything()
    let address = try #require(output.reflexes.compactMap(\.address).first)
    #expect(Self.leaks(in: address.bytes) == ["192.0.2.7 (bytes)"])
    var window = try #require(WorkerPipelineTests.windows(output).first)
    window.entity = EntityRef(kind: .host, label: "PlantedAnn")
    #expect(Self.leaks(in: try Self.bytes(.window(window))).contains("plantedann (text)"))
  }

  /// Each form is found wherever it begins.
  @Test(arguments: Planted.texts) func `a name is found in every form`(name: String) {
    let search = LeakSearch(texts: [name])
    let utf16 = name.uppercased().utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    for prefix in 0..<4 {
      let before = [UInt8](repeating: 0x7E, count: prefix)
      let raw = before + Array(name.utf8) + [0x7E]
      let forms: [String: [UInt8]] = [
        "text": raw, "UTF-16 little-endian": before + utf16, "hexadecimal": Array(Hex.encode(raw).uppercased().utf8),
        "base64 at \(prefix % 3)": Array(Data(raw).base64EncodedString().utf8),
      ]
      for (form, bytes) in forms {
        #expect(search.finds(in: bytes).contains("\(name) (\(form))"), "\(form) after \(prefix) bytes")
      }
    }
    #expect(search.finds(in: Array("nothing of the kind".utf8)).isEmpty)
  }

  /// The pseudonymiser by itself, with the keys of a gateway: what no sensor makes yet, patients above all.
  @Test(arguments: EntityKind.allCases.filter { !$0.isClear })
  func `a pseudonym and a sealed name tell nothing`(kind: EntityKind) throws {
    var keys = try Support.keys()
    keys.patient = KeyRing(current: try #require(EpochKey(epoch: 1, bytes: [UInt8](repeating: 0x33, count: 32))))
    var pseudonymiser = Pseudonymiser(keys: keys)
    for (identifier, text) in Planted.identifiers {
      let name: CanonicalName? =
        switch kind {
        case .user: .domainAccount(text, realm: Planted.realm)
        case .account: .localAccount(text, on: Support.machine).map { .sharedAccount($0, on: Support.machine) }
        case .record: .patient(id: text, authority: Planted.authority)
        case .address: .address(try #require(IPAddress("192.0.2.7")))
        case .path: .path(Array(Planted.path.utf8))
        case .host, .device: nil
        }
      let known = try #require(name)
      let made = pseudonymiser.sealed(known, part: .actor)
      let sealed = try #require(made, "\(identifier)")
      #expect(try SealedNames.open(sealed, keys: keys) == name)
      #expect(Self.leaks(in: try Cordon_V1_SealedEntity(sealed).serializedBytes()).isEmpty, "\(identifier)")
    }
  }

  @Test func `every Safe Harbor identifier is planted`() {
    #expect(Set(Planted.identifiers.keys) == Set(SafeHarborIdentifier.allCases))
  }

  @Test func `no wire message is refused by its own limits`() throws {
    for record in try Self.everything().records {
      #expect(try Cordon_V1_Record(record).domain() == record)
    }
  }
}
