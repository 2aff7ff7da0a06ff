import CordonAdmin
import CordonCore
import CordonTestSupport
import Synchronization
import Testing

/// What people mistype: one clear error each, with its exit code.
@Suite struct ArgumentTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var line: String
    var code: Int32
    var part: String

    init(_ line: String, _ code: Int32, _ part: String) { (self.line, self.code, self.part) = (line, code, part) }

    var testDescription: String { line }
  }

  @Test(arguments: [
    Case("", 0, ""),
    Case("frobnicate", 64, "Unexpected argument 'frobnicate'"),
    Case("token create --uses 0", 64, "--uses must be from 1 to 10000."),
    Case("token create --uses 10001", 64, "--uses must be from 1 to 10000."),
    Case("token create --ttl 24", 64, "The value '24' is invalid for '--ttl <ttl>'"),
    Case("token create --ttl 31d", 64, "--ttl must be at most 30d."),
    Case("token create --output yaml", 64, "'yaml' is invalid"),
    Case("token revoke", 64, "Missing expected argument '<id>'"),
    Case("agent revoke ws-17", 64, "Missing expected argument '--reason <reason>'"),
    Case("agent show nobody", 66, "There is no agent nobody."),
    Case("detection list --limit 0", 64, "--limit must be from 1"),
    Case("detection list --limit 10001", 64, "--limit must be from 1"),
    Case("detection list --since yesterday", 64, "'yesterday' is invalid"),
    Case("detection show 01", 65, "is not the id of a detection"),
    Case("detection show zzzz", 65, "is not the id of a detection"),
    Case("detection show ffff", 66, "There is no detection ffff."),
    Case("detection label 0197 good", 64, "'good' is invalid"),
    Case("incident show ffff", 66, "There is no incident ffff."),
    Case("command propose --action suspend-process --reason x", 64, "--detection"),
    Case("command propose --detection 0197 --action isolate-host --reason x", 64, "'isolate-host' is invalid"),
    Case(
      "command propose --detection 0197 --action suspend-process --lease 9s --reason x", 64, "--lease must be from 10s"),
    Case(
      "command propose --detection 0197 --action suspend-process --lease 25h --reason x", 64, "--lease must be from 10s"
    ),
    Case(
      "command propose --detection 0197 --action suspend-process --longest 1m --reason x", 64,
      "--longest must be at least"),
    Case("command propose --detection 0197 --action suspend-process --address a --reason x", 64, "--address goes with"),
    Case("command approve ffff", 66, "There is no command ffff."),
    Case("policy lint /nonexistent.yaml", 66, "Could not open /nonexistent.yaml: No such file or directory."),
    Case("policy lint /", 65, "/ is not a regular file."),
    Case("roster add-key /nonexistent --role respond", 66, "Could not open /nonexistent"),
    Case("roster add-key x", 64, "--role"),
    Case("roster renew --for 1h", 64, "--for must be from 1d"),
    Case("roster remove-key nobody", 66, "has no key of nobody"),
    Case("operator request ann --out x", 65, "already belongs to an operator"),
    Case("operator add /dev/null --role viewer --out x", 65, "is not a regular file"),
    Case("site init --site x --trust-domain X --operator a --collector h", 65, "is not a trust domain"),
    Case("site init --site x --trust-domain x --operator a/b --collector h", 65, "cannot be the name of an operator"),
    Case("site init --site x --trust-domain x --operator a --collector h:0", 65, "is not a collector's address"),
    Case("site init --site x --trust-domain x --operator a --collector h", 65, "is already the home of a site"),
    Case(
      "site init --site x --trust-domain x --operator a --collector h --root-holder r --root-holder r", 64,
      "names the same holder twice"),
    Case("completion tcsh", 64, "'tcsh' is invalid"),
  ])
  func badInputHasOneClearError(_ row: Case) async throws {
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      try await harness.found()
      let run = await harness.run(row.line.split(separator: " ").map(String.init))
      #expect(run.code == row.code, "\(run.errors)")
      #expect(run.errors.contains(row.part) || row.part.isEmpty, "\(run.errors)")
      if row.code != 0 { #expect(run.output == "") }
    }
  }

  @Test func withoutAHomeTheNextStepIsSaid() async throws {
    try await withTemporaryFolder { folder in
      let run = await CommandHarness(folder: folder).run("status")
      #expect(run.code == 66)
      #expect(run.errors.contains("this is not yet an operator's home") && run.errors.contains("cordon site init"))
    }
  }

  @Test func aCollectorThatDoesNotAnswerIsSaid() async throws {
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      try await harness.found()
      harness.collector.state.withLock { $0.failure = .init(.unavailable, "down", "It is stopping.") }
      let run = await harness.run("status")
      #expect(run.code == 75)
      #expect(
        run.errors.contains("127.0.0.1:7443 does not answer") && run.errors.contains("Check that cordon-collector"))
    }
  }

  @Test func theCollectorsOwnErrorArrivesWhole() async throws {
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      try await harness.found()
      harness.collector.state.withLock { $0.failure = .init(.denied, "role", "You may not.", remedy: "Ask an admin.") }
      let run = await harness.run("token", "list")
      #expect(run.code == 77)
      #expect(run.errors == "cordon: You may not.\n  → Ask an admin.\n")
    }
  }
}
