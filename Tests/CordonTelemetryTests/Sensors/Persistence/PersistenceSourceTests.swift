import CordonCore
import CordonTelemetry
import CordonTestSupport
import Glibc
import Testing

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
