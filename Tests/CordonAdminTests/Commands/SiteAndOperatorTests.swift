import CordonCore
import CordonTestSupport
import CordonTrust
import CordonWire
import FoundationEssentials
import Glibc
import Synchronization
import Testing

/// From nothing to a second operator who signs: what people do in their first hour.
@Suite struct SiteAndOperatorTests {
  private func withSite(_ body: (CommandHarness) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      try await harness.found()
      try await body(harness)
    }
  }

  private func mode(_ path: String) -> mode_t {
    var facts = stat()
    return stat(path, &facts) == 0 ? facts.st_mode & 0o777 : 0
  }

  @Test func foundingWritesEveryFileForItsOwnerAlone() async throws {
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      let run = await harness.run(
        "site", "init", "--site", "St. Elsewhere", "--trust-domain", "st-elsewhere.example", "--operator", "ann",
        "--collector", "[fd00::1]:9443")
      #expect(run.code == 0, "\(run.errors)")
      #expect(mode(harness.home) == 0o700)
      for name in [
        "site.json", "ca-root.key", "ca-root.pem", "root-holder-1.key", "root-holder-2.key", "root-holder-3.key",
        "operator-ann.key", "operator-ann.pem", "operator-ann.authority.key", "roster.envelope", "site.bundle",
        "site-gateway.bundle", "policy.yaml",
      ] {
        #expect(mode("\(harness.home)/\(name)") == 0o600, "\(name)")
      }
      let lint = await harness.run("policy", "lint", "\(harness.home)/policy.yaml")
      #expect(lint.output == "1 file, 0 errors, 0 warnings\n")
      // Nothing secret is printed.
      let key = try PrivateFile.read("\(harness.home)/operator-ann.authority.key", most: 4096)
      #expect(!run.output.contains(String(decoding: key, as: UTF8.self).split(separator: "\n")[1]))
    }
  }

  @Test func foundingTwiceIsRefusedAndChangesNothing() async throws {
    try await withSite { harness in
      let before = try PrivateFile.read("\(harness.home)/ca-root.pem", most: 8192)
      let run = await harness.run(
        "site", "init", "--site", "x", "--trust-domain", "x.example", "--operator", "eve", "--collector", "h:1")
      #expect(run.code == 65)
      #expect(try PrivateFile.read("\(harness.home)/ca-root.pem", most: 8192) == before)
    }
  }

  @Test func aBundleHasTheNewestRosterAndWorkstationsNoPatientKey() async throws {
    try await withSite { harness in
      for (profile, hasKey) in [("workstation", false), ("gateway", true)] {
        let out = harness.path("\(profile).bundle")
        let run = await harness.run("site", "bundle", "--profile", profile, "--out", out)
        #expect(run.code == 0, "\(run.errors)")
        let bundle = try SiteBundle.load(from: out)
        #expect((bundle.patientKey != nil) == hasKey)
        #expect(try EnvelopeVerifier.bootstrap(bundle.roster).serial == 2)
        #expect(mode(out) == 0o600)
      }
    }
  }

  @Test func signingACollectorTwiceNeedsNoSecondRoster() async throws {
    try await withSite { harness in
      let again = await harness.run(
        "site", "sign-collector", harness.path("request"), "--out", harness.path("grant2"), "--operator",
        "bob=viewer,auditor", "--output", "json")
      #expect(again.code == 0, "\(again.errors)")
      #expect(again.output.contains("\"roster_serial\": 2"))
      let grant = try CollectorGrant(serialized: try PrivateFile.read(harness.path("grant2"), most: 1 << 20))
      #expect(grant.operators.map(\.name) == ["ann", "bob"])
      #expect(grant.operators.map(\.roles) == [[.admin, .analyst, .responder], [.viewer, .auditor]])
    }
  }

  @Test func aSecondOperatorAsksIsLetInAndSigns() async throws {
    try await withSite { harness in
      let bob = harness.path("bob")
      let request = await harness.run("operator", "request", "bob", "--out", harness.path("bob.request"), "--home", bob)
      #expect(request.code == 0, "\(request.errors)")
      let add = await harness.run(
        "operator", "add", harness.path("bob.request"), "--role", "responder", "--out", harness.path("bob.grant"))
      #expect(add.code == 0, "\(add.errors)")
      let addKey = await harness.run("roster", "add-key", harness.path("bob.request"), "--role", "respond")
      #expect(addKey.output.hasPrefix("Roster 3 is in force: 6 keys"), "\(addKey.errors)")
      let accept = await harness.run("operator", "accept", harness.path("bob.grant"), "--home", bob)
      #expect(accept.output.hasPrefix("You are bob of St. Elsewhere"), "\(accept.errors)")
      // The grant was written before the roster changed: bob follows the newer one by its signatures.
      let show = await harness.run("roster", "show", "--home", bob)
      #expect(show.output.contains("bob       respond"), "\(show.output)\(show.errors)")

      harness.collector.state.withLock { $0.detections = [Samples.detection] }
      let propose = await harness.run(
        "command", "propose", "--detection", "0197c3", "--action", "suspend-process", "--reason", "encrypts")
      #expect(propose.code == 0, "\(propose.errors)")
      let id = try #require(harness.collector.state.withLock { $0.commands.first?.command.id })
      let approve = await harness.run("command", "approve", Hex.encode(id.prefix(8)), "--home", bob)
      #expect(approve.code == 0, "\(approve.errors)")
      #expect(approve.errors.hasPrefix("Signing: suspend-process pid 4711 (/usr/bin/python3.11) on 0123456789abcdef"))
      #expect(approve.output.contains("signatures     2 of 2"), "\(approve.output)")
    }
  }

  @Test func aGrantForOtherKeysIsRefused() async throws {
    try await withSite { harness in
      for name in ["bob", "mallory"] {
        _ = await harness.run(
          "operator", "request", "bob", "--out", harness.path("\(name).request"), "--home", harness.path(name))
      }
      _ = await harness.run(
        "operator", "add", harness.path("bob.request"), "--role", "viewer", "--out", harness.path("grant3"))
      let accept = await harness.run("operator", "accept", harness.path("grant3"), "--home", harness.path("mallory"))
      #expect(accept.code == 65)
      #expect(accept.errors.contains("is for other keys than those of bob"))
    }
  }

  @Test func tooFewRootKeysMakeAFileForOthersToSign() async throws {
    try await withSite { harness in
      for name in ["root-holder-2.key", "root-holder-3.key"] {
        #expect(rename("\(harness.home)/\(name)", harness.path(name)) == 0)
      }
      let file = harness.path("next.envelope")
      let first = await harness.run("roster", "renew", "--for", "30d", "--out", file)
      #expect(first.output.contains("with 1 of 2 signatures"), "\(first.errors)")
      let early = await harness.run("roster", "sign", file, "--submit")
      #expect(early.code == 77 && early.errors.contains("needs 2 signatures"), "\(early.errors)")
      let second = await harness.run(
        "roster", "sign", file, "--root-key", harness.path("root-holder-3.key"), "--submit")
      #expect(second.output.hasPrefix("Roster 3 is in force"), "\(second.errors)")
      #expect(second.errors.hasPrefix("Roster 2 → 3, until 2026-01-31T00:00:00Z\n"))
    }
  }

  @Test func aRosterThatTheRootsDidNotSignIsNotFollowed() async throws {
    try await withSite { harness in
      let mallory = AuthoritySigningKey()
      var forged = try harness.collector.roster
      forged.serial = 9
      forged.keys.append(try mallory.entry(holder: "mallory", roles: [.root, .policy]))
      let envelope = try forged.sealed(by: [mallory])
      harness.collector.state.withLock { $0.roster = envelope }
      let run = await harness.run("roster", "show")
      #expect(run.code == 77, "\(run.output)")
      let offline = await harness.run("roster", "show", "--offline")
      #expect(offline.output.contains("serial      2"))
    }
  }

  @Test func aCertificatePastTwoThirdsOfItsLifeIsRenewed() async throws {
    try await withSite { harness in
      let file = "\(harness.home)/operator-ann.pem"
      let before = try PrivateFile.read(file, most: 65_536)
      _ = await harness.run("status")
      #expect(try PrivateFile.read(file, most: 65_536) == before)
      harness.clock.advance(by: .seconds(21 * 86_400))
      let run = await harness.run("status")
      #expect(run.code == 0 && run.errors == "", "\(run.errors)")
      #expect(try CertificateChain.load(from: file).notAfter > FakeClock.start.advanced(by: .seconds(45 * 86_400)))
    }
  }
}
