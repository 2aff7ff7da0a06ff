import CordonCore
import Testing

@testable import CordonCollector

@Suite struct DoctorTests {
  private static let now = Samples.start
  private static let year = now.advanced(by: .seconds(365 * 86_400))

  private static func healthy() throws -> InstallationSnapshot {
    InstallationSnapshot(
      now: now, agents: [try agent(1)], heartbeat: .seconds(15), clockTolerance: .seconds(120), rosterNotAfter: year,
      rosterSerial: 2, policySerial: 5, collectorCertificateNotAfter: year, intermediateNotAfter: year,
      diskFree: 100 << 30, ledgerPending: 0, ledgerOldestPending: nil, recordsRefused: 0)
  }

  private static func agent(_ number: Int) throws -> InstallationSnapshot.Agent {
    InstallationSnapshot.Agent(
      id: try Samples.agent(number), label: "ws-\(number)", state: "enrolled", isConnected: true, lastSeen: now,
      policySerial: 5, rosterSerial: 2, clockOffset: .zero, certificateNotAfter: year,
      sensors: [.init(name: "audit", isRunning: true, reason: "", observed: 1, dropped: 0)], drops: [],
      wantedPolicy: 5)
  }

  @Test func aHealthyInstallationHasNoFindings() throws {
    #expect(Doctor.examine(try Self.healthy()).isEmpty)
  }

  typealias Change = @Sendable (inout InstallationSnapshot) -> Void

  static let faults: [(code: String, change: Change)] = [
    ("roster-missing", { $0.rosterNotAfter = nil }),
    ("roster-expired", { $0.rosterNotAfter = $0.now }),
    ("roster-near-end", { $0.rosterNotAfter = $0.now.advanced(by: .seconds(29 * 86_400)) }),
    ("policy-missing", { $0.policySerial = 0 }),
    (
      "collector-certificate-near-end",
      { $0.collectorCertificateNotAfter = $0.now.advanced(by: .seconds(4 * 86_400)) }
    ),
    ("intermediate-near-end", { $0.intermediateNotAfter = $0.now }),
    ("disk-near-full", { $0.diskFree = Doctor.leastDiskFree - 1 }),
    ("ledger-stuck", { $0.ledgerOldestPending = $0.now.advanced(by: .seconds(-61)) }),
    ("records-refused", { $0.recordsRefused = 1 }),
    ("agent-quarantined", { $0.agents[0].state = "quarantined" }),
    (
      "agent-silent",
      {
        $0.agents[0].isConnected = false
        $0.agents[0].lastSeen = $0.now.advanced(by: .seconds(-46))
      }
    ),
    ("clock-off", { $0.agents[0].clockOffset = .seconds(-121) }),
    ("clock-off", { $0.agents[0].clockOffset = .seconds(121) }),
    ("sensor-not-running", { $0.agents[0].sensors[0].isRunning = false }),
    ("records-dropped", { $0.agents[0].drops = [(cause: "spool-overflow", count: 1)] }),
    ("policy-not-there", { $0.agents[0].policySerial = 4 }),
    ("certificate-near-end", { $0.agents[0].certificateNotAfter = $0.now.advanced(by: .seconds(4 * 86_400)) }),
  ]

  @Test(arguments: faults.indices)
  func oneChangeOneFinding(index: Int) throws {
    let (code, change) = Self.faults[index]
    var snapshot = try Self.healthy()
    change(&snapshot)
    let found = Doctor.examine(snapshot)
    #expect(found.map(\.code) == [code])
    #expect(found.allSatisfy { !$0.remedy.isEmpty })
  }

  static let harmless: [Change] = [
    { $0.agents[0].clockOffset = .seconds(120) },
    { $0.diskFree = Doctor.leastDiskFree },
    { $0.ledgerOldestPending = $0.now.advanced(by: .seconds(-60)) },
    {
      $0.agents[0].isConnected = false
      $0.agents[0].lastSeen = $0.now.advanced(by: .seconds(-45))
    },
    {
      $0.agents[0].state = "revoked"
      $0.agents[0].isConnected = false
      $0.agents[0].lastSeen = nil
    },
  ]

  @Test(arguments: harmless.indices)
  func atTheLimitNothingIsFound(index: Int) throws {
    var snapshot = try Self.healthy()
    Self.harmless[index](&snapshot)
    #expect(Doctor.examine(snapshot).isEmpty)
  }

  @Test func gravestFirstAndBounded() throws {
    var snapshot = try Self.healthy()
    snapshot.agents = try (0..<100).map { number in
      var agent = try Self.agent(number)
      agent.clockOffset = .seconds(500)
      return agent
    }
    snapshot.policySerial = 0
    snapshot.rosterNotAfter = nil
    let found = Doctor.examine(snapshot)
    #expect(found.first?.code == "roster-missing")
    #expect(found.last?.code == "policy-missing")
    #expect(found.count == Doctor.mostPerKind + 3)
    #expect(found.contains { $0.message.hasPrefix("80 more agents") })
  }
}
