import CordonCore
import CordonTestSupport
import CordonTrust
import Glibc
import Testing

@Suite struct SiteAuthorityTests {
  private let now = FakeClock.start

  private func make(threshold: Int = 2, holders: [String] = ["ann", "bob", "clara"]) throws -> SiteAuthority {
    var randomness = SeededRandomness(seed: 5)
    return try SiteAuthority.create(
      .init(
        site: "st-elsewhere", domain: try TrustDomain("st-elsewhere.example"), rootHolders: holders,
        rootThreshold: threshold, operatorName: "ann"), at: now, randomness: &randomness)
  }

  @Test func startsASite() async throws {
    let site = try make()
    let roster = try EnvelopeVerifier.bootstrap(site.roster)
    #expect(roster.threshold(for: .roster) == 2)
    #expect(roster.keys(with: .root).count == 3)
    #expect(roster.key(site.operatorAuthority.id)?.roles == [.policy, .model, .respond])
    let trust = try TrustStore(domain: site.bundle.domain, roots: site.bundle.roots)
    let verifier = PeerVerifier(trust: trust, clock: FakeClock(), accepting: [.operator], as: .client)
    #expect(try await verifier.verify(site.operatorChain).0.operatorName == "ann")
    #expect(site.bundle.staffKey.count == 32)
    #expect(site.bundle.patientKey != site.bundle.staffKey)
  }

  @Test func refusesWhatCannotWork() throws {
    expectRefusal("root-threshold") { _ = try make(threshold: 4) }
    expectRefusal("root-threshold") { _ = try make(threshold: 0) }
    expectRefusal("root-holders") { _ = try make(threshold: 1, holders: ["ann", "ann"]) }
    expectRefusal("identity-name") { _ = try make(threshold: 1, holders: ["../ann"]) }
  }

  @Test func everyFileIsPrivateAndWorkstationsHaveNoPatientKey() throws {
    try withTemporaryFolder { folder in
      let site = try make()
      try site.write(to: folder)
      let gateway = try SiteBundle.load(from: "\(folder)/\(SiteFiles.gatewayBundle)")
      let workstation = try SiteBundle.load(from: "\(folder)/\(SiteFiles.workstationBundle)")
      #expect(gateway == site.bundle)
      #expect(workstation.patientKey == nil)
      #expect(workstation.staffKey == gateway.staffKey)
      let patientKey = try #require(gateway.patientKey)
      let bytes = try PrivateFile.read("\(folder)/\(SiteFiles.workstationBundle)", most: 1 << 20)
      #expect(!bytes.contains(patientKey))
      for name in try files(in: folder) {
        var facts = stat()
        #expect(stat("\(folder)/\(name)", &facts) == 0)
        #expect(facts.st_mode & 0o777 == 0o600, "\(name)")
      }
      expectRefusal("exists") { try site.write(to: folder) }
      let loaded = try SiteAuthority.certificateRoot(in: folder, domain: site.bundle.domain)
      #expect(loaded.chain == site.certificateRoot.chain)
    }
  }

  @Test func grantsACollector() async throws {
    try await withTemporaryFolder { folder in
      let site = try make()
      let request = try CollectorIdentity.prepare(
        in: folder, name: "main", names: try ServerNames(dns: ["localhost"], addresses: [[127, 0, 0, 1]]))
      let carried = try CollectorRequest(serialized: try request.serialized())
      #expect(carried == request)
      let roster = try EnvelopeVerifier.bootstrap(site.roster).adding(standingKeyOf: carried)
        .sealed(by: Array(site.rootKeys.prefix(2)))
      let grant = try CollectorGrant(
        carried, by: site.certificateRoot, domain: site.bundle.domain, roster: roster,
        operators: [.init(name: "ann", roles: [.admin])], at: now)
      let received = try CollectorGrant(serialized: try grant.serialized())
      #expect(received == grant)
      let identity = try await CollectorIdentity.accept(received, in: folder, at: now)
      #expect(try identity.name == "main")
      let again = try CollectorIdentity.load(from: folder)
      #expect(again.standing.id == identity.standing.id)
      #expect(try CollectorIdentity.currentChain(in: folder) == grant.identityChain)

      // Agents that started from serial 1 follow; what the collector then issues is good.
      let next = try EnvelopeVerifier(roster: try EnvelopeVerifier.bootstrap(site.roster))
        .successor(received.roster, at: now)
      #expect(next.key(identity.standing.id)?.roles == [.standing])
      #expect(next.key(identity.standing.id)?.holder == "main")
    }
  }

  @Test func refusesAGrantForAnother() async throws {
    try await withTemporaryFolder { folder in
      let site = try make()
      let request = try CollectorIdentity.prepare(in: folder, name: "main", names: ServerNames())
      // The roster does not name the standing key yet.
      expectRefusal("standing-key") {
        _ = try CollectorGrant(
          request, by: site.certificateRoot, domain: site.bundle.domain, roster: site.roster, operators: [], at: now)
      }
      try await withTemporaryFolder { other in
        let theirs = try CollectorIdentity.prepare(in: other, name: "main", names: ServerNames())
        let roster = try EnvelopeVerifier.bootstrap(site.roster).adding(standingKeyOf: theirs)
          .sealed(by: site.rootKeys)
        let grant = try CollectorGrant(
          theirs, by: site.certificateRoot, domain: site.bundle.domain, roster: roster, operators: [], at: now)
        await expectRefusal("grant-mismatch") { _ = try await CollectorIdentity.accept(grant, in: folder, at: now) }
        // A root that did not issue it.
        var foreign = grant
        foreign.roots = [try TestSite().root.chain.leaf]
        await expectRefusal("certificate-untrusted") {
          _ = try await CollectorIdentity.accept(foreign, in: other, at: now)
        }
      }
      expectRefusal("not-initialised") { _ = try CollectorIdentity.load(from: folder) }
    }
  }

  /// A thief who holds every file of the collector's folder.
  @Test func everyFileOfTheCollectorGivesNoAuthority() async throws {
    try await withTemporaryFolder { folder in
      let site = try make()
      let request = try CollectorIdentity.prepare(in: folder, name: "main", names: ServerNames())
      let roster = try EnvelopeVerifier.bootstrap(site.roster).adding(standingKeyOf: request).sealed(by: site.rootKeys)
      let grant = try CollectorGrant(
        request, by: site.certificateRoot, domain: site.bundle.domain, roster: roster, operators: [], at: now)
      _ = try await CollectorIdentity.accept(grant, in: folder, at: now)
      let stolen = try CollectorIdentity.load(from: folder)
      let agent = EnvelopeVerifier(roster: try EnvelopeVerifier.bootstrap(site.roster))
      let inForce = EnvelopeVerifier(roster: try agent.successor(stolen.grant.roster, at: now))

      let policy = try Policy(serial: 9, name: "mine", group: "", issued: now).sealed(by: [stolen.standing])
      expectRefusal("threshold") { _ = try inForce.verify(policy, for: .policy, at: now) }
      var next = inForce.roster
      next.serial += 1
      next.keys.append(try AuthoritySigningKey().entry(holder: "thief", roles: [.root, .policy]))
      let usurped = try next.sealed(by: [stolen.standing])
      expectRefusal("threshold") { _ = try inForce.successor(usurped, at: now) }
      let release = try CommandRelease(
        commandID: try #require(UniqueID(bytes: [UInt8](repeating: 1, count: 16))),
        agentID: stolen.identityKey.digest.agentID, reason: "x"
      ).sealed(by: [stolen.standing])
      let verified = try inForce.verify(release, at: now)
      expectRefusal("threshold") { _ = try verified.authority(for: .containClinical) }
      // Nor is any key for pseudonyms there.
      for name in try files(in: folder) {
        let bytes = try PrivateFile.read("\(folder)/\(name)", most: 1 << 20)
        #expect(!bytes.contains(site.bundle.staffKey))
        #expect(!bytes.contains(site.bundle.patientKey ?? []))
      }
    }
  }

  private func files(in folder: String) throws -> [String] {
    let opened = try #require(opendir(folder))
    defer { closedir(opened) }
    var names: [String] = []
    while let entry = readdir(opened) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
