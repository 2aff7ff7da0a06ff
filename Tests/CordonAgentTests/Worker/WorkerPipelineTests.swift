import CordonAgent
import CordonCore
import CordonLearning
import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct WorkerPipelineTests {
  typealias Support = WorkerSupport

  static func run(_ pipeline: inout WorkerPipeline, _ batches: [SensorBatch], at milliseconds: Int64 = 2000)
    -> WorkerOutput
  {
    var output = WorkerOutput()
    for batch in batches {
      let step = pipeline.ingest(batch, at: Support.at(milliseconds))
      output.records += step.records
      output.reflexes += step.reflexes
    }
    return output
  }

  static func detections(_ output: WorkerOutput) -> [Detection] {
    output.records.compactMap { record in
      guard case .detection(let detection) = record else { return nil }
      return detection
    }
  }

  static func windows(_ output: WorkerOutput) -> [EntityWindow] {
    output.records.compactMap { record in
      guard case .window(let window) = record else { return nil }
      return window
    }
  }

  @Test func `an encryption burst becomes one explained detection and two requests to the keeper`() throws {
    var pipeline = try Support.pipeline()
    let output = Self.run(&pipeline, Support.attack())
    let detection = try #require(Self.detections(output).first)
    #expect(Self.detections(output).count == 1)
    #expect(detection.rule == "encryption-burst")
    #expect(detection.technique == "T1486")
    #expect(detection.severity == .critical)
    #expect(detection.summary.hasPrefix("A process (pid 812) rewrote 12 files in 1.1 s"))
    #expect(detection.summary.hasSuffix("It had just spoken to another machine."))
    #expect(detection.process?.pid == 812 && detection.process?.startTicks == 4711)
    #expect(detection.process?.executable == "")
    #expect(detection.entities.map(\.part) == [.host, .actor, .file, .file, .file, .target])
    #expect(output.reflexes.map(\.action.name) == [.suspendProcess, .blockAddress])
    #expect(output.reflexes.last?.address == IPAddress("192.0.2.7"))
    for reflex in output.reflexes { #expect(reflex.detection == detection) }
    let keys = try Support.keys()
    let opened = try detection.entities.dropFirst().map { try SealedNames.open($0, keys: keys).text }
    #expect(opened.first == "local:0123456789abcdef0123456789abcdef/plantedann")
    #expect(opened.last == "192.0.2.7")
  }

  @Test func `without a reflex in the policy the keeper is asked for nothing`() throws {
    var pipeline = try Support.pipeline(policy: Support.policy(reflex: false))
    let output = Self.run(&pipeline, Support.attack())
    #expect(Self.detections(output).count == 1)
    #expect(output.reflexes.isEmpty)
    var changed = try Support.pipeline(policy: Support.policy(reflex: false))
    _ = changed.use(Support.policy(), at: Support.start)
    #expect(!Self.run(&changed, Support.attack()).reflexes.isEmpty, "policy is taken live")
  }

  @Test func `a suspect that calls out afterwards is followed, up to a limit`() throws {
    var pipeline = try Support.pipeline()
    _ = Self.run(&pipeline, Support.attack())
    var calls = ""
    for number in 10..<20 {
      calls += Support.connect(
        number, pid: 812,
        saddr:
          "0200115CC00002\(String(number, radix: 16).count == 1 ? "0" : "")\(String(number, radix: 16))0000000000000000",
        exe: "/x", at: Support.at(3000))
    }
    let output = Self.run(&pipeline, [Support.lines(calls)], at: 3000)
    #expect(output.reflexes.count == WorkerPipeline.blockLimit - 1)
    let later = Support.connect(
      50, pid: 812, saddr: "0200115CC00002FF0000000000000000", exe: "/x", at: Support.at(900_000))
    #expect(Self.run(&pipeline, [Support.lines(later)], at: 900_000).reflexes.isEmpty)
  }

  @Test func `a canary touched is a detection at once; repetitions are folded`() throws {
    var pipeline = try Support.pipeline()
    let touch = Support.file(.write, "/home/plantedann/00_budget.csv", canary: true, at: Support.start)
    let output = Self.run(&pipeline, [SensorBatch(sensor: "file", records: [touch, touch, touch])])
    #expect(Self.detections(output).map(\.rule) == ["canary-touched"])
    #expect(pipeline.counters.folded == 2)
    #expect(output.reflexes.map(\.action.name) == [.suspendProcess])
  }

  @Test func `an executable that a package owns is named, in the summary and the process`() throws {
    try withTemporaryFolder { root in
      for folder in ["/var", "/var/lib", "/var/lib/dpkg", "/var/lib/dpkg/info"] { mkdirp(root + folder) }
      try SmallFile.replace(
        root + "/var/lib/dpkg/info/evil.list", with: Array("/home/plantedann/evil\n".utf8))
      var pipeline = try Support.pipeline(packages: root)
      let detection = try #require(Self.detections(Self.run(&pipeline, Support.attack())).first)
      #expect(detection.summary.hasPrefix("A process of /home/plantedann/evil (pid 812) rewrote"))
      #expect(detection.process?.executable == "/home/plantedann/evil")
    }
  }

  @Test func `a sensor that ran and does not any more is a detection; one that never ran is not`() throws {
    var pipeline = try Support.pipeline()
    #expect(pipeline.sensor("file", isRunning: false, at: Support.start).isEmpty)
    #expect(pipeline.sensor("audit", isRunning: true, at: Support.start).isEmpty)
    let lost = pipeline.sensor("audit", isRunning: false, at: Support.start)
    #expect(Self.detections(lost).map(\.rule) == ["sensor-tampering"])
    #expect(Self.detections(lost).first?.process == nil)
    #expect(pipeline.sensor("audit", isRunning: false, at: Support.start).isEmpty)
  }

  @Test func `windows of host and user come out by time, shared accounts by host`() throws {
    var pipeline = try Support.pipeline()
    let text =
      Support.exec(1, pid: 10, uid: 1000, exe: "/bin/a", at: Support.start)
      + Support.exec(2, pid: 11, uid: 0, exe: "/bin/b", at: Support.start)
      + Support.exec(3, pid: 12, uid: 990, exe: "/bin/c", at: Support.start)
    let found = Self.run(&pipeline, [Support.lines(text)], at: 0)
    #expect(Self.detections(found).map(\.rule) == ["shared-account"], "someone logged in as root")
    #expect(Self.detections(found).first?.severity == .low)
    let windows = Self.windows(pipeline.tick(at: Support.at(70_000)))
    #expect(Set(windows.map(\.entity.kind)) == [.host, .user, .account])
    #expect(windows.count == 4)
    let host = try #require(windows.first { $0.entity.kind == .host })
    #expect(host.entity.label == "ws-17")
    #expect(host.features[0] == 3)
    #expect(host.observations == 3)
    #expect(windows.contains { $0.entity.label == "svc-hl7" })
    #expect(windows.filter { $0.entity.kind == .account }.map(\.isPartial) == [false])
    #expect(pipeline.counters.observed == 3)
  }

  @Test func `records lost on the way are counted, in the window and the counters`() throws {
    var pipeline = try Support.pipeline()
    _ = Self.run(&pipeline, [SensorBatch(sensor: "audit", records: [[1, 2, 3]], dropped: 41)], at: 0)
    _ = Self.run(&pipeline, [SensorBatch(sensor: "what", records: [[1]])], at: 0)
    #expect(pipeline.counters.lost == 41)
    #expect(pipeline.counters.malformed == 1)
    #expect(pipeline.counters.unknownSensor == 1)
    #expect(pipeline.counters.dropped == 43)
    let host = try #require(Self.windows(pipeline.finish(at: Support.start)).first)
    let losses = try #require(FeatureSchema.hostAtHost.index(of: 116))
    #expect(host.features[losses] == 41)
  }

  @Test func `a new key epoch closes what is open and renames everyone`() throws {
    var pipeline = try Support.pipeline()
    let before = Support.exec(1, pid: 10, exe: "/bin/a", at: Support.start)
    let after = Support.exec(2, pid: 10, exe: "/bin/a", at: Support.at(1))
    _ = Self.run(&pipeline, [Support.lines(before)], at: 0)
    let closed = Self.windows(pipeline.use(try Support.keys(epoch: 2, byte: 0x44), at: Support.at(1)))
    _ = Self.run(&pipeline, [Support.lines(after)], at: 1)
    let later = Self.windows(pipeline.finish(at: Support.at(2)))
    let old = try #require(closed.first { $0.entity.kind == .user })
    let new = try #require(later.first { $0.entity.kind == .user })
    #expect(old.entity.keyEpoch == 1 && new.entity.keyEpoch == 2)
    #expect(old.entity.pseudonym != new.entity.pseudonym)
  }

  @Test func `a process that is gone when its file event comes is known from its start`() throws {
    var pipeline = try Support.pipeline()
    _ = Self.run(&pipeline, [Support.lines(Support.exec(1, pid: 55, exe: "/bin/mv", at: Support.start))], at: 0)
    let gone = FileRecord(
      act: .write, time: Support.start, process: ObservedProcess(pid: 55), file: ObservedFile(path: Array("/h/a".utf8)))
    _ = Self.run(&pipeline, [SensorBatch(sensor: "file", records: [gone.encoded])], at: 0)
    let user = try #require(Self.windows(pipeline.finish(at: Support.start)).first { $0.entity.kind == .user })
    #expect(user.observations == 2)
    #expect(user.features[6] == 1)
  }

  @Test(arguments: UInt64(1)...5) func `one user over twenty agents equals one over one`(seed: UInt64) throws {
    var randomness = SeededRandomness(seed: seed)
    var agents = try (0..<20).map { try Support.pipeline(host: "ws-\($0)") }
    var alone = try Support.pipeline(host: "ws-0")
    for serial in 1...800 {
      let time = Support.at(Int64.random(in: 0..<4000, using: &randomness))
      let pid = 1000 + serial
      let text =
        Bool.random(using: &randomness)
        ? Support.exec(serial, pid: pid, exe: "/bin/x\(Int.random(in: 0..<90, using: &randomness))", at: time)
        : Support.connect(
          serial, pid: pid,
          saddr: "0200115CC00002\(Hex.encode([UInt8.random(in: 1...200, using: &randomness)]))0000000000000000",
          exe: "/bin/y", at: time)
      let agent = Int.random(in: 0..<20, using: &randomness)
      _ = agents[agent].ingest(Support.lines(text), at: Support.at(4000))
      _ = alone.ingest(Support.lines(text), at: Support.at(4000))
    }
    let parts = agents.indices.flatMap { Self.windows(agents[$0].finish(at: Support.at(4000))) }
      .filter { $0.entity.kind == .user }
    let whole = Self.windows(alone.finish(at: Support.at(4000))).filter { $0.entity.kind == .user }
    #expect(parts.count == 20 && whole.count == 1, "seed \(seed)")
    #expect(parts.filter { !$0.isPartial }.isEmpty)
    var merged = try WindowMerge.merge(parts)
    var single = try WindowMerge.merge(whole)
    // The one thing that differs is on how many machines it was.
    let hosts = try #require(FeatureSchema.userAtHost.index(of: 211))
    #expect(merged.features[hosts].rounded() == 20 && single.features[hosts].rounded() == 1)
    merged.features[hosts] = 0
    single.features[hosts] = 0
    merged.sketches.removeAll { $0.feature == 211 }
    single.sketches.removeAll { $0.feature == 211 }
    #expect(merged == single, "seed \(seed)")
  }

  /// Whoever an audit record saw below the suspect is named to the keeper, also where the one in between has ended.
  @Test func descendantsThatMayHaveLeftAreNamed() throws {
    var pipeline = try Support.pipeline()
    var trail = Support.exec(1, pid: 812, exe: "/home/plantedann/evil", at: Support.at(0))
    for (serial, parent, child) in [(2, 812, 813), (3, 813, 814), (4, 700, 900)] {
      trail += Support.exec(serial, pid: child, exe: "/opt/x", at: Support.at(Int64(serial)))
        .replacing("ppid=700", with: "ppid=\(parent)")
    }
    _ = pipeline.ingest(Support.lines(trail), at: Support.at(10))
    let output = pipeline.ingest(Support.attack(from: 100)[1], at: Support.at(2200))
    let lineage = try #require(output.lineages.first)
    #expect(lineage.process.pid == 812)
    #expect(Set(lineage.kin.map(\.pid)) == [813, 814])
    #expect(lineage.kin.first { $0.pid == 814 }?.seen == Support.at(3))
  }
}
