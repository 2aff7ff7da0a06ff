import CordonCore
import CordonTestSupport
import Glibc
import Testing

@testable import CordonTelemetry

/// The source over a folder that stands for a machine's root, and its records' meaning.
@Suite struct PersistenceSourceTests {
  @Test func `the contract of sensors holds`() {
    SensorConformance(
      sensor: PersistenceSensor(), recording: MachineRecordTests.recording(MachineRecordTests.facts[4...]), count: 3
    ).checkAll()
  }

  @Test func `a key let in and a package installed are told, and the key trips`() async throws {
    try await withTemporaryFolder { root in
      try PersistenceInventoryTests.put(
        PackageInventoryTests.status([("vim", "install ok installed", "1")]), at: "\(root)/var/lib/dpkg/status")
      let settings = PersistenceSourceSettings(interval: .milliseconds(20), root: root)
      let source = PersistenceSensor(settings: settings).makeSource()
      try source.start()
      defer { source.stop() }
      #expect(source.health.isRunning && source.health.reason.isEmpty)
      try PersistenceInventoryTests.put("ssh-ed25519 AAAA", at: "\(root)/root/.ssh/authorized_keys")
      try PersistenceInventoryTests.put(
        PackageInventoryTests.status([("nc", "install ok installed", "1"), ("vim", "install ok installed", "1")]),
        at: "\(root)/var/lib/dpkg/status")
      var parser = MachineParser(sensor: PersistenceSensor.name)
      var found = try await Live.observe(source.queue, &parser) { $0.activity == .packageChange }
      if !found.contains(where: { $0.activity == .persistenceChange }) {
        found += try await Live.observe(source.queue, &parser) { $0.activity == .persistenceChange }
      }
      #expect(found.contains { $0.object == .package(PackageChange(act: .installed, name: "nc")) })
      let hits = found.compactMap { PersistenceTripwire().examine($0) }
      #expect(hits.map(\.technique) == ["T1098.004"])
      #expect(hits.first?.rule == .persistence)
    }
  }

  /// What a source tells from its start on, within some looks.
  private static func told(_ root: String, paths: [String] = [], state: String, _ change: () throws -> Void = {})
    async throws -> [ObservedObject]
  {
    var policy = Policy.PersistenceSensor()
    policy.paths = paths
    let settings = PersistenceSourceSettings(policy: policy, interval: .milliseconds(5), root: root, state: state)
    let source = PersistenceSensor(settings: settings).makeSource()
    try source.start()
    defer { source.stop() }
    try change()
    try await Task.sleep(for: .milliseconds(50))
    var (parser, found) = (MachineParser(sensor: PersistenceSensor.name), [Observation]())
    parser.parse(source.queue.drain()?.records ?? [], arrived: FakeClock.start, into: &found)
    return found.map(\.object)
  }

  @Test func `what changes while the agent is not there is told at its start, once`() async throws {
    try await withTemporaryFolder { root in
      let state = "\(root)/state"
      let status = "\(root)/var/lib/dpkg/status"
      try PersistenceInventoryTests.put("x", at: "\(root)/etc/crontab")
      try PersistenceInventoryTests.put("x", at: "\(root)/etc/cron.d/gone")
      try PersistenceInventoryTests.put(
        PackageInventoryTests.status([("vim", "install ok installed", "1")]), at: status)
      #expect(try await Self.told(root, state: state).isEmpty, "nothing is known of before the first start")
      try PersistenceInventoryTests.put("x", at: "\(root)/etc/crontab")
      try PersistenceInventoryTests.put("x", at: "\(root)/etc/ld.so.preload")
      unlink("\(root)/etc/cron.d/gone")
      try PersistenceInventoryTests.put(
        PackageInventoryTests.status([("vim", "install ok installed", "2")]), at: status)
      func change(_ kind: PersistenceChange.Kind, _ act: PersistenceChange.Act, _ path: String) -> ObservedObject {
        .persistence(PersistenceChange(kind: kind, act: act, path: Array(path.utf8), isOfRoot: true))
      }
      #expect(
        try await Self.told(root, state: state) == [
          change(.cron, .removed, "/etc/cron.d/gone"), change(.preload, .added, "/etc/ld.so.preload"),
          .package(PackageChange(act: .upgraded, name: "vim")),
        ])
      #expect(try await Self.told(root, state: state).isEmpty)
    }
  }

  /// Whoever is slow to look is told by the kernel: the next look by itself is an hour away.
  @Test(arguments: [FanotifyAbility.none, .renames])
  func `what is written is looked at at once, and told with who wrote it where the kernel says`(
    ability: FanotifyAbility
  ) async throws {
    try await withTemporaryFolder { root in
      try PersistenceInventoryTests.put("x", at: "\(root)/etc/crontab")
      mkdir("\(root)/etc/cron.d", 0o755)
      let settings = PersistenceSourceSettings(interval: .seconds(3600), root: root, ability: ability)
      let source = PersistenceSensor(settings: settings).makeSource()
      try source.start()
      defer { source.stop() }
      // The watch begins on the source's own thread: a first file is written until it is told of.
      for number in 0..<500 where source.queue.totals.read == 0 {
        try EHRSourceTests.write("\(number)", to: "\(root)/etc/sudoers")
        try await Task.sleep(for: .milliseconds(20))
      }
      // The test itself, which is still there when it is looked up.
      try EHRSourceTests.write("y", to: "\(root)/etc/crontab")
      try EHRSourceTests.write("y", to: "\(root)/etc/new")
      rename("\(root)/etc/new", "\(root)/etc/cron.d/x")
      var parser = MachineParser(sensor: PersistenceSensor.name)
      let added = ObservedObject.persistence(
        PersistenceChange(kind: .cron, act: .added, path: Array("/etc/cron.d/x".utf8), isOfRoot: true))
      let found = try await Live.observe(source.queue, &parser) { $0.object == added }.filter {
        if case .persistence(let change) = $0.object { change.kind == .cron } else { false }
      }
      let changed = try #require(found.first { $0.object != added })
      #expect(found.count == 2)
      guard ability == .renames, Live.isRoot else {
        #expect(found.allSatisfy { $0.process == nil && $0.actor == nil })
        return
      }
      for observation in found { #expect(observation.process?.pid == UInt32(getpid())) }
      #expect(changed.actor == .uid(0) && changed.process?.executable.isEmpty == false)
    }
  }

  @Test func `places that a policy names anew are learned without a word`() async throws {
    try await withTemporaryFolder { root in
      let state = "\(root)/state"
      try PersistenceInventoryTests.put("x", at: "\(root)/opt/a/start.sh")
      try PersistenceInventoryTests.put("x", at: "\(root)/opt/b/start.sh")
      #expect(try await Self.told(root, paths: ["/opt/a"], state: state).isEmpty)
      #expect(try await Self.told(root, paths: ["/opt/b"], state: state).isEmpty)
      unlink("\(root)/opt/b/start.sh")
      #expect(try await Self.told(root, paths: ["/opt/b"], state: state).count == 1)
    }
  }

  @Test func `a damaged state is none, and is written anew`() async throws {
    try await withTemporaryFolder { root in
      let state = "\(root)/state"
      try PersistenceInventoryTests.put("x", at: "\(root)/etc/crontab")
      _ = try await Self.told(root, state: state)
      let whole = try #require(try SmallFile.read(state, most: 1 << 20))
      #expect(PersistenceState(whole)?.encoded == whole)
      for length in whole.indices { #expect(PersistenceState(Array(whole[..<length])) == nil) }
      #expect(PersistenceState(whole + [0]) == nil)
      try PersistenceInventoryTests.put("damaged", at: state)
      #expect(try await Self.told(root, state: state).isEmpty)
      #expect(try SmallFile.read(state, most: 1 << 20) == whole)
    }
  }

  @Test(arguments: PersistenceChange.Kind.allCases)
  func `of places only what is loaded everywhere, or lets in as root, trips`(
    kind: PersistenceChange.Kind
  ) {
    func trips(_ act: PersistenceChange.Act, isOfRoot: Bool) -> Bool {
      let change = PersistenceChange(kind: kind, act: act, path: Array("/x".utf8), isOfRoot: isOfRoot)
      let observation = Observation(
        time: FakeClock.start, family: .host, source: PersistenceSensor.name, activity: .persistenceChange,
        object: .persistence(change))
      return PersistenceTripwire().examine(observation) != nil
    }
    #expect(trips(.added, isOfRoot: true) == (kind == .preload || kind == .authorizedKeys))
    #expect(trips(.changed, isOfRoot: false) == (kind == .preload))
    #expect(!trips(.removed, isOfRoot: true))
  }
}
