import CordonAdmin
import CordonCore
import CordonTestSupport
import CordonTrust
import CordonWire
import Synchronization
import Testing

/// A CA is rolled from the operator's machine: a root more, a collector under it, the old root gone.
@Suite struct TrustCommandTests {
  private func withSite(_ body: (CommandHarness) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      try await harness.found()
      try await body(harness)
    }
  }

  private func published(_ harness: CommandHarness) throws -> TrustBundle {
    let envelope = try #require(harness.collector.state.withLock { $0.trust }).domain()
    return try TrustBundle.accept(
      envelope, above: 0, by: EnvelopeVerifier(roster: try harness.collector.roster), at: FakeClock.start)
  }

  /// The name of the root that `add-root` made.
  private func laterRoot(_ harness: CommandHarness) throws -> String {
    let digest = try #require(try published(harness).rootDigests.last)
    return SiteFiles.laterRoot(digest)
  }

  @Test func theCARolls() async throws {
    try await withSite { harness in
      let before = try CertificateChain.load(from: "\(harness.home)/ca-root.pem")
      let added = await harness.run("trust", "add-root")
      #expect(added.code == 0 && added.output.contains("2 CA roots"), "\(added.errors)")
      #expect(try published(harness).roots.first == before.leaf)
      let root = try laterRoot(harness)

      // A bundle for agents and a collector's grant have both roots from now on; the grant's own comes first.
      let bundled = await harness.run("site", "bundle", "--out", harness.path("bundle"))
      #expect(bundled.code == 0, "\(bundled.errors)")
      #expect(try SiteBundle.load(from: harness.path("bundle")).roots.count == 2)
      let granted = await harness.run(
        "site", "sign-collector", harness.path("request"), "--root", root, "--out", harness.path("grant-2"))
      #expect(granted.code == 0, "\(granted.errors)")
      let grant = try CollectorGrant(serialized: try PrivateFile.read(harness.path("grant-2"), most: 1 << 20))
      #expect(grant.roots.count == 2 && grant.roots.first != before.leaf)
      _ = try await CollectorIdentity.accept(grant, in: harness.folder, at: FakeClock.start)

      // Agents renew by themselves; until they have, the old root stays.
      let digest = try #require(try published(harness).rootDigests.first).description
      harness.collector.state.withLock { $0.agentsBehind = 3 }
      let early = await harness.run("trust", "remove-root", String(digest.prefix(8)))
      #expect(early.code != 0 && early.errors.contains("3 agents"), "\(early.errors)")
      #expect(try published(harness).serial == 1)
      harness.collector.state.withLock { $0.agentsBehind = 0 }
      let removed = await harness.run("trust", "remove-root", String(digest.prefix(8)))
      #expect(removed.code == 0, "\(removed.errors)")
      #expect(try published(harness).rootDigests.map(\.description).contains(digest) == false)
      #expect(
        harness.collector.state.withLock { $0.calls.contains("Renew") }, "ann's own certificate was renewed first")
      let shown = await harness.run("trust", "show", "--output", "json")
      #expect(shown.code == 0 && !shown.output.contains(digest), "\(shown.errors)")
    }
  }

  /// The collector still issues under the root that is to go: the admin would lock themselves out.
  @Test func theOwnRootIsNotRemoved() async throws {
    try await withSite { harness in
      _ = await harness.run("trust", "add-root")
      let digest = try #require(try published(harness).rootDigests.first).description
      let run = await harness.run("trust", "remove-root", digest)
      #expect(run.code != 0 && run.errors.contains("still issues certificates"), "\(run.errors)")
      #expect(try published(harness).serial == 1)
    }
  }

  @Test func aKeyIsRevoked() async throws {
    try await withSite { harness in
      let key = IdentityKey().digest
      let run = await harness.run("trust", "revoke-key", key.description)
      #expect(run.code == 0, "\(run.errors)")
      let bundle = try published(harness)
      #expect(bundle.revokedKeys == [key])
      let wrong = await harness.run("trust", "revoke-key", "beef")
      #expect(wrong.code == 65 && wrong.errors.contains("64 hexadecimal digits"), "\(wrong.errors)")
    }
  }

  @Test func rootHoldersSignOneAfterTheOther() async throws {
    try await withSite { harness in
      let file = harness.path("trust-1.envelope")
      let prepared = await harness.run("trust", "revoke-key", IdentityKey().digest.description, "--out", file)
      #expect(prepared.code == 0 && prepared.output.contains("cordon trust sign"), "\(prepared.errors)")
      #expect(harness.collector.state.withLock { $0.trust } == nil)
      let signed = await harness.run("trust", "sign", file, "--submit")
      #expect(signed.code == 0, "\(signed.errors)")
      let bundle = try published(harness)
      #expect(bundle.serial == 1)
    }
  }

  /// What root holders did not sign is not followed, and the command's own result stands.
  @Test func aForgedBundleIsNotFollowed() async throws {
    try await withSite { harness in
      let forged = TrustBundle(serial: 9, roots: [try TestSite().root.chain.leaf])
      let envelope = Cordon_V1_Envelope(try forged.sealed(by: [AuthoritySigningKey()]))
      harness.collector.state.withLock { $0.trust = envelope }
      let run = await harness.run("status")
      #expect(run.code == 0 && run.errors.contains("is not followed"), "\(run.errors)")
      let access = await harness.run("agent", "list")
      #expect(access.code == 0)
    }
  }
}
