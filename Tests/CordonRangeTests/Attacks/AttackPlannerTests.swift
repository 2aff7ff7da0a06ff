import CordonCore
import CordonRange
import Testing

@Suite struct AttackPlannerTests {
  private static let seeds: [UInt64] = [2, 7, 42]

  private static func whole(_ recording: Recording) -> HospitalActivity {
    var all = HospitalActivity()
    recording.forEachDay { _, activity in
      all.machine += activity.machine
      all.records += activity.records
      all.wire += activity.wire
    }
    return all
  }

  /// Every event of an attack lies within a label of its entity; every label has an event at either end.
  @Test(arguments: seeds) func labelsMatchWhatWasInjected(_ seed: UInt64) throws {
    let recording = try Recording(HospitalSettings(seed: seed, users: 40, attacks: AttackKind.allCases))
    let hospital = recording.hospital
    let activity = Self.whole(recording)
    let labels = recording.labels
    var ends: Set<AttackLabel> = []
    func check(_ kind: AttackLabel.Kind, _ entity: String, _ attack: AttackKind, _ time: Timestamp) {
      let covering = labels.filter {
        $0.kind == kind && $0.entity == entity && $0.attack == attack && $0.from <= time && time <= $0.to
      }
      #expect(covering.count == 1, "\(attack) of \(entity)")
      if let label = covering.first, time == label.from || time == label.to { ends.insert(label) }
    }
    for event in activity.machine {
      guard let attack = event.attack else { continue }
      if let person = event.person { check(.user, hospital.staff[person].entity, attack, event.time) }
      if attack.touchesHosts { check(.host, hospital.hosts[event.host].label, attack, event.time) }
    }
    for access in activity.records {
      guard let attack = access.attack else { continue }
      check(.user, hospital.staff[access.person].entity, attack, access.time)
    }
    for conversation in activity.wire {
      guard let attack = conversation.attack else { continue }
      for end in [conversation.client, conversation.server.address] {
        if let (kind, label) = hospital.name(of: end) { check(kind, label, attack, conversation.time) }
      }
    }
    #expect(ends == Set(labels))
    #expect(Set(labels.map(\.attack)) == Set(AttackKind.allCases))
    let half = hospital.calendar.midnight(of: 7)
    #expect(labels.allSatisfy { $0.from >= half && $0.to < hospital.calendar.end })
  }

  /// Attacks come on top: all else is the same as without them.
  @Test(arguments: seeds) func theOrdinaryIsTheSameWithoutAttacks(_ seed: UInt64) throws {
    var attacked = Self.whole(try Recording(HospitalSettings(seed: seed, users: 40, attacks: AttackKind.allCases)))
    let quiet = Self.whole(try Recording(HospitalSettings(seed: seed, users: 40, attacks: [])))
    attacked.machine.removeAll { $0.attack != nil }
    attacked.records.removeAll { $0.attack != nil }
    attacked.wire.removeAll { $0.attack != nil }
    let isSame = attacked == quiet
    #expect(isSame)
    #expect(!quiet.machine.isEmpty)
  }

  /// Where a role has enough people, nobody has two parts.
  @Test(arguments: seeds) func attacksHaveDifferentPeople(_ seed: UInt64) throws {
    let recording = try Recording(HospitalSettings(seed: seed, users: 60, attacks: AttackKind.allCases))
    let casts = recording.attacks.map { attack in
      Set(attack.activity.machine.compactMap(\.person) + attack.activity.records.map(\.person))
    }
    for (kind, cast) in zip(recording.attacks.map(\.kind), casts) where kind != .famousPatient {
      #expect(cast.count == (kind.isOnWire || kind == .ransomware ? 0 : 1), "\(kind)")
    }
    #expect(casts.reduce(into: Set<Int>()) { $0.formUnion($1) }.count == casts.map(\.count).reduce(0, +))
  }

  /// Every kind of attack leaves something, in a hospital of the usual size.
  @Test(arguments: AttackKind.allCases) func everyKindCanBePlanned(_ kind: AttackKind) throws {
    let recording = try Recording(HospitalSettings(seed: 7, attacks: [kind]))
    #expect(!recording.labels.isEmpty)
    #expect(recording.labels.allSatisfy { $0.attack == kind && $0.from <= $0.to })
    #expect(recording.attacks.allSatisfy { $0.activity.wire.isEmpty != kind.isOnWire })
  }

  /// More patients in every shift of the attack than in any other of the same person.
  @Test(arguments: seeds) func snoopingShowsInDistinctPatients(_ seed: UInt64) throws {
    let recording = try Recording(HospitalSettings(seed: seed, attacks: [.snooping]))
    let activity = Self.whole(recording)
    let person = try #require(activity.records.first { $0.attack != nil }?.person)
    let accesses = activity.records.filter { $0.person == person }
    var ordinary = 0
    var attacked: [Int] = []
    for day in -1..<14 {
      guard let shift = recording.hospital.roster.shift(of: recording.hospital.staff[person], on: day) else { continue }
      let within = accesses.filter { shift.start <= $0.time && $0.time <= shift.end.advanced(by: .seconds(1)) }
      let patients = Set(within.compactMap(\.patient)).count
      if within.contains(where: { $0.attack != nil }) {
        attacked.append(patients)
      } else {
        ordinary = max(ordinary, patients)
      }
    }
    #expect(attacked.count >= 2)
    #expect(ordinary > 0)
    #expect((attacked.min() ?? 0) > ordinary + 5)
  }

  /// Hosts and hours at which the person is never seen otherwise, and refused connections.
  @Test(arguments: seeds) func stolenCredentialsShowInHostsAndHours(_ seed: UInt64) throws {
    let recording = try Recording(HospitalSettings(seed: seed, attacks: [.stolenCredentials]))
    let events = Self.whole(recording).machine
    let person = try #require(events.first { $0.attack != nil }?.person)
    let usual = Set(events.filter { $0.person == person && $0.attack == nil }.map(\.host))
    let attacked = events.filter { $0.attack != nil }
    #expect(Set(attacked.map(\.host)).isDisjoint(with: usual))
    #expect(Set(attacked.map(\.host)).count >= 3)
    let refused = attacked.count { if case .connect(_, .refused) = $0.deed { true } else { false } }
    #expect(refused >= 20)
    #expect(attacked.allSatisfy { recording.hospital.calendar.hourOfWeek(of: $0.time) % 24 < 7 })
  }

  /// One peer that nobody else has, a little every working day; no minute stands out.
  @Test(arguments: seeds) func slowExfiltrationShowsInAPeerOfItsOwn(_ seed: UInt64) throws {
    let recording = try Recording(HospitalSettings(seed: seed, attacks: [.slowExfiltration]))
    let events = Self.whole(recording).machine
    func peer(_ event: MachineEvent) -> Peer? { if case .connect(let peer, _) = event.deed { peer } else { nil } }
    let attacked = events.filter { $0.attack != nil }
    let theirs = Set(attacked.compactMap(peer))
    #expect(theirs.count == 1)
    #expect(theirs.isDisjoint(with: events.filter { $0.attack == nil }.compactMap(peer)))
    let days = Dictionary(grouping: attacked) { recording.hospital.calendar.day(of: $0.time) }
    #expect(days.count >= 4)
    let minutes = Dictionary(grouping: attacked) { $0.time.milliseconds / 60_000 }
    #expect(minutes.values.allSatisfy { $0.count <= 6 })
  }
}
