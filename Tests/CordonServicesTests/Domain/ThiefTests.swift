import CordonCollector
import CordonCore
import CordonStore
import CordonTestSupport
import CordonTrust
import Glibc
import Testing

/// Whoever holds every file of a collector: what an agent, which has only the site's bundle, refuses of theirs.
@Suite struct ThiefTests {
  /// What was found in the folder, and nothing else.
  private struct Loot {
    var identity: CollectorIdentity
    var policy: Envelope

    /// Every private key in the folder that can sign an envelope.
    var keys: [AuthoritySigningKey]
  }

  /// Opens the folder as a thief does: from its bytes alone.
  private static func steal(from collector: TestCollector) async throws -> Loot {
    let identity = try CollectorIdentity.load(from: collector.folder)
    let store = try CollectorFolder.openStore(in: collector.folder)
    let policy = try #require(try await store.newestPolicy(for: ""))
    let ledger = try AuthoritySigningKey(
      secret: try PrivateFile.read("\(collector.folder)/\(LedgerKeyFile.privateKey)", most: 64))
    return Loot(
      identity: identity, policy: try Envelope(serialized: policy.envelope), keys: [identity.standing, ledger])
  }

  private static func withLoot(
    _ body: @Sendable @escaping (TestCollector, Loot, TestMachine, EnvelopeVerifier) async throws -> Void
  ) async throws {
    try await TestCollector.with { collector in
      try await collector.apply(collector.policy(serial: 5))
      let machine = try await collector.enrol("ws-1")
      let loot = try await steal(from: collector)
      // The agent follows the roster that its site's roots signed.
      let agent = EnvelopeVerifier(
        roster: try EnvelopeVerifier(roster: EnvelopeVerifier.bootstrap(collector.site.bundle.roster)).successor(
          collector.domain.authority.rosterEnvelope, at: collector.clock.now))
      try await body(collector, loot, machine, agent)
    }
  }

  @Test func noFileHoldsAKeyOfPeopleOrOfPseudonyms() async throws {
    try await Self.withLoot { collector, _, _, _ in
      let secrets: [[UInt8]] = [
        collector.site.bundle.staffKey, try #require(collector.site.bundle.patientKey),
        collector.site.operatorIdentity.der,
      ]
      var looked = 0
      for name in try Self.files(in: collector.folder) {
        let bytes = try CollectorFolder.read("\(collector.folder)/\(name)")
        looked += 1
        for secret in secrets {
          #expect(!Self.contains(bytes, secret), "\(name) holds a secret that the collector must not have")
        }
      }
      #expect(looked >= 8)
      for secret in secrets { #expect(Self.contains([0] + secret + [0], secret)) }
    }
  }

  @Test func noPolicyCanBeChanged() async throws {
    try await Self.withLoot { collector, loot, _, agent in
      var evil = collector.policy(serial: 6)
      evil.containment.neverTouchExecutables = []
      let now = collector.clock.now
      for key in loot.keys {
        let forged = try evil.sealed(by: [key])
        #expect(throws: CordonError.self) { try agent.verify(forged, for: .policy, at: now) }
      }
      expectRefusal("threshold") {
        _ = try agent.verify(try evil.sealed(by: [loot.identity.standing]), for: .policy, at: now)
      }
      // The true policy, with another's bytes within, or with the thief's signature beside the true one.
      var tampered = loot.policy
      tampered.payload = try evil.encodedPayload()
      expectRefusal("signature") { _ = try agent.verify(tampered, for: .policy, at: now) }
      var replayed = loot.policy
      replayed.type = .command
      expectRefusal("signature") { _ = try agent.verify(replayed, at: now) }
    }
  }

  @Test func noKeyCanBeAdded() async throws {
    try await Self.withLoot { collector, loot, _, agent in
      var roster = agent.roster
      roster.serial += 1
      let mine = AuthoritySigningKey()
      roster.keys.append(try mine.entry(holder: "mallory", roles: [.policy, .respond, .root]))
      let now = collector.clock.now
      for signers in [[loot.identity.standing], [mine], [loot.identity.standing, mine]] {
        let forged = try roster.sealed(by: signers)
        #expect(throws: CordonError.self) { try agent.successor(forged, at: now) }
      }
      let order = try collector.command(to: try Samples.agent(1)).sealed(by: [mine])
      expectRefusal("unknown-key") { _ = try agent.verify(order, at: now) }
    }
  }

  @Test func ordersStayStandingWhateverTheThiefWritesOnThem() async throws {
    try await Self.withLoot { collector, loot, machine, agent in
      let order = try collector.command(to: machine.id).sealed(by: [loot.identity.standing])
      let verified = try agent.verify(order, at: collector.clock.now)
      // It is standing's, with its budgets, and never people's: clinical and unknown targets are out of its reach.
      #expect(try verified.authority() == .standing)
      expectRefusal("threshold") { _ = try verified.authority(for: .containClinical) }
      expectRefusal("threshold") { try verified.require(.contain) }
      // A person's old signature over another order does not help.
      var mixed = order
      let old = try collector.command(to: machine.id).sealed(by: [collector.site.operatorAuthority])
      mixed.signatures += old.signatures
      expectRefusal("signature") { _ = try agent.verify(mixed, at: collector.clock.now) }
    }
  }

  @Test func theIntermediateMakesNobodyAnAuthority() async throws {
    try await Self.withLoot { collector, loot, _, agent in
      // It can make certificates: whom they name may speak, and is obeyed in nothing.
      let key = IdentityKey()
      let chain = try loot.identity.authority.issue(
        .operator("ann"), for: try SigningRequest(der: key.signingRequest()), at: collector.clock.now)
      #expect(!chain.certificates.isEmpty)
      let wrongType = try collector.policy(serial: 9).sealed(by: [AuthoritySigningKey()])
      expectRefusal("unknown-key") { _ = try agent.verify(wrongType, for: .policy, at: collector.clock.now) }
    }
  }

  private static func files(in folder: String) throws -> [String] {
    guard let handle = opendir(folder) else { throw CordonError(.inputOutput, "file", "no folder") }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  private static func contains(_ bytes: [UInt8], _ secret: [UInt8]) -> Bool {
    guard bytes.count >= secret.count else { return false }
    return (0...bytes.count - secret.count).contains { bytes[$0...].starts(with: secret) }
  }
}
