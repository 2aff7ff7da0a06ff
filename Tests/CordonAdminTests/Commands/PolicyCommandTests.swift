import CordonAdmin
import CordonCore
import CordonTestSupport
import CordonTrust
import Synchronization
import Testing

@Suite struct PolicyCommandTests {
  private static let ward = """
    name: ward
    group: ward-3
    containment:
      enabled: true
      reflex: {enabled: true}
    interlock:
      hosts: [{label: ws-17, criticality: administrative}]
    """

  private func withSite(_ body: (CommandHarness, String) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      try await harness.found()
      try PrivateFile.create(at: harness.path("ward.yaml"), holding: Array(Self.ward.utf8))
      try await body(harness, harness.path("ward.yaml"))
    }
  }

  @Test func aPolicyIsSignedWithTheNextSerialAndReadBack() async throws {
    try await withSite { harness, file in
      let first = await harness.run("policy", "apply", "\(harness.home)/policy.yaml")
      #expect(
        first.output == "Policy observe-only, serial 1, is on its way to every agent: 3 agents.\n", "\(first.errors)")
      let second = await harness.run("policy", "apply", file)
      #expect(
        second.output == "Policy ward, serial 2, is on its way to the group ward-3: 3 agents.\n", "\(second.errors)")
      #expect(second.errors.contains("~ containment.enabled: false → true   (widens what agents may do)\n"))
      let back = await harness.run("policy", "get", "--group", "ward-3")
      #expect(
        back.output.hasPrefix("# Serial 2, issued 2026-01-01T00:00:00Z, signed by ann.\nname: ward\ngroup: ward-3\n"))
      let again = await harness.run(["policy", "diff", "-"], input: Array(back.output.utf8))
      #expect(again.output == "No field differs.\n", "\(again.errors)")
    }
  }

  @Test func dryRunSignsAndSendsNothing() async throws {
    try await withSite { harness, file in
      let run = await harness.run("policy", "apply", file, "--dry-run")
      #expect(run.code == 0 && run.output.contains("+ interlock.hosts[ws-17]"), "\(run.errors)")
      #expect(!harness.collector.state.withLock { $0.calls }.contains("ApplyPolicy"))
    }
  }

  @Test func everyErrorIsPrintedAndNothingIsSent() async throws {
    try await withSite { harness, _ in
      let run = await harness.run(["policy", "apply", "-"], input: Array("name: x\nheartbeat: 1\nnmae: y\n".utf8))
      #expect(run.code == 65)
      #expect(run.errors.contains("-:2:12: error: heartbeat:") && run.errors.contains("-:3:1: error: nmae:"))
      #expect(harness.collector.state.withLock { $0.calls } == [])
      let lint = await harness.run(["policy", "lint", "-", "--output", "json"], input: Array("nmae: y\n".utf8))
      #expect(lint.code == 65)
      #expect(lint.output.contains("\"errors\": 2") && lint.output.contains("\"line\": 1"))
    }
  }

  @Test func aPolicyThatNoRosterKeySignedIsNotShown() async throws {
    try await withSite { harness, _ in
      var policy = Policy.observeOnly
      policy.serial = 5
      let envelope = try policy.sealed(by: [AuthoritySigningKey()])
      harness.collector.state.withLock { $0.policies[""] = envelope }
      let run = await harness.run("policy", "get")
      #expect(run.code == 77 && run.output == "" && run.errors.contains("is not in the roster"), "\(run.errors)")
    }
  }

  @Test func whoMayNotSignLearnsItBeforeAnythingIsSent() async throws {
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      let made = await harness.run(
        "site", "init", "--site", "x", "--trust-domain", "x.example", "--operator", "ann", "--collector", "h:1",
        "--authority", "respond")
      #expect(made.code == 0, "\(made.errors)")
      try await harness.collector.admit(to: harness)
      let run = await harness.run("policy", "apply", "\(harness.home)/policy.yaml")
      #expect(run.code == 77 && run.errors.contains("it has not the role policy"), "\(run.errors)")
      #expect(!harness.collector.state.withLock { $0.calls }.contains("ApplyPolicy"))
    }
  }

  @Test func theSchemaListsEveryField() async throws {
    try await withTemporaryFolder { folder in
      let run = await CommandHarness(folder: folder).run("policy", "schema")
      #expect(run.code == 0)
      #expect(run.output.contains("\ntripwires.burst.within") && run.output.contains("\ninterlock.hosts[].criticality"))
    }
  }
}
