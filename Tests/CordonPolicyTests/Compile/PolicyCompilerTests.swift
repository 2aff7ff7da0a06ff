import CordonCore
import CordonPolicy
import CordonTestSupport
import Testing

@Suite struct PolicyCompilerTests {
  private func lines(_ text: String) -> [String] {
    PolicyCompiler.compile(Array(text.utf8), file: "p.yaml").problems.map(\.description)
  }

  @Test func aPolicyWithTenErrorsReportsAllTen() throws {
    let text = """
      name: ward
      time_zone: Europe/Berlim
      heartbeat: 60
      windows:
        length: 5s
      sensors:
        audit:
          enabled: yes
        file:
          path: [/home]
          exclude: [home/cache]
      tripwires:
        burst:
          files: 2
          entropy_floor: high
      containment:
        reflex:
          actions: [suspend-process, isolate-host]
        never_touch:
          networks: [10.1.2.3/8]
      """
    let report = PolicyCompiler.compile(Array(text.utf8), file: "p.yaml")
    let expected: [(Int, Int, String, String)] = [
      (2, 12, "time_zone", "did you mean `Europe/Berlin`?"),
      (3, 12, "heartbeat", "expected a duration from 1s to 10m"),
      (5, 11, "windows.length", "expected a duration from 10s to 1h"),
      (8, 14, "sensors.audit.enabled", "expected true or false, found `yes`; did you mean `true`?"),
      (10, 5, "sensors.file.path", "unknown key `path`; did you mean `paths`?"),
      (11, 15, "sensors.file.exclude[0]", "is not an absolute path; did you mean `/home/cache`?"),
      (14, 12, "tripwires.burst.files", "expected a whole number from 3 to 10000, found `2`"),
      (15, 20, "tripwires.burst.entropy_floor", "expected a number from 0 to 8, found `high`"),
      (18, 32, "containment.reflex.actions[1]", "is not one of suspend-process, block-address"),
      (20, 16, "containment.never_touch.networks[0]", "did you mean `10.0.0.0/8`?"),
    ]
    #expect(report.policy == nil)
    #expect(report.errors.count == expected.count)
    for (problem, (line, column, path, part)) in zip(report.errors, expected) {
      #expect((problem.line, problem.column, problem.path) == (line, column, path))
      #expect(problem.message.contains(part), "\(problem)")
    }
    expectRefusal("policy-invalid") { _ = try PolicyCompiler.policy(Array(text.utf8), file: "p.yaml") }
  }

  @Test func oneErrorForPeopleHoldsThemAll() {
    do {
      _ = try PolicyCompiler.policy(Array("nam: a\nheartbeat: x\n".utf8), file: "p.yaml")
      Issue.record("the policy was taken")
    } catch {
      #expect(error.exitCode == 65)
      #expect(error.message.hasPrefix("p.yaml has 3 errors:\np.yaml:1:1: error: nam: unknown key"))
      #expect(error.message.contains("p.yaml:2:12: error: heartbeat:"))
    }
  }

  @Test(arguments: [
    ("name: a\nnmae: b\n", "p.yaml:2:1: error: nmae: unknown key `nmae`; did you mean `name`?"),
    ("name: a\nlease: 1m\n", "p.yaml:2:1: error: lease: unknown key `lease`; `lease` belongs in `containment.reflex`"),
    ("group: b\n", "p.yaml:1:1: error: name: is missing: what people call this policy"),
    ("", "p.yaml:1:1: error: name: is missing: what people call this policy"),
    (
      "name: a\nwindows: 60s\n",
      "p.yaml:2:10: error: windows: expected a mapping with length, host_lateness, ehr_length, ehr_lateness, wire_length, wire_lateness, found `60s`"
    ),
    ("name: [a]\n", "p.yaml:1:7: error: name: expected text of at most 64 bytes, found a list"),
    (
      "name: a\nheartbeat: 60\n",
      "p.yaml:2:12: error: heartbeat: expected a duration from 1s to 10m, such as 90s or 1h30m, found `60`; "
        + "did you mean `60s`?"
    ),
    (
      "name: a\ntripwires: {burst: {files: \"20\"}}\n",
      "p.yaml:2:28: error: tripwires.burst.files: expected a whole number from 3 to 10000, found the text \"20\""
    ),
    (
      "name: a\nwindows: {length: 10s, host_lateness: 10s}\n",
      "p.yaml:2:24: error: windows.host_lateness: must be less than windows.length"
    ),
    (
      "name: a\nsensors: {file: {paths: [/a, /b, /a/]}}\n",
      "p.yaml:2:34: error: sensors.file.paths[2]: `/a` is listed twice; it was first on line 2"
    ),
    (
      "name: a\ninterlock: {hosts: [{label: x}]}\n",
      "p.yaml:2:21: error: interlock.hosts[0].criticality: is missing: how much care depends on the host"
    ),
    (
      "name: a\ncontainment: {standing: {budgets: {kill_process: 1}}}\n",
      "p.yaml:2:36: error: containment.standing.budgets.kill_process: unknown key `kill_process`; "
        + "did you mean `kill-process`?"
    ),
    ("name: &a x\n", "p.yaml:1:7: error: anchors and aliases (`&name`, `*name`) are not allowed in a policy"),
    ("name: !foo x\n", "p.yaml:1:7: error: tags (`!name`) are not allowed in a policy"),
    ("name: a\n---\nname: b\n", "p.yaml:2:1: error: not YAML: but found another document"),
    ("name: [a\n", "p.yaml:2:1: error: not YAML: did not find expected ',' or ']'"),
  ])
  func oneProblem(text: String, problem: String) { #expect(lines(text) == [problem]) }

  @Test func everyKeyWrittenTwiceIsReported() {
    let text = """
      name: a
      windows:
        length: 60s
        length: 30s
        "length": 20s
      name: b
      heartbeat: 1x
      """
    #expect(
      lines(text) == [
        "p.yaml:5:3: error: the key `length` is written twice; it was first on line 3",
        "p.yaml:5:3: error: the key `length` is written twice; it was first on line 4",
        "p.yaml:6:1: error: the key `name` is written twice; it was first on line 1",
        "p.yaml:7:12: error: heartbeat: expected a duration from 1s to 10m, such as 90s or 1h30m, found `1x`",
      ])
  }

  @Test func warningsDoNotKeepAPolicyBack() {
    let report = PolicyCompiler.compile(
      Array("name: a\ncontainment: {reflex: {enabled: true}}\n".utf8), file: "-")
    #expect(report.policy?.containment.reflex.isEnabled == true)
    #expect(report.problems.map(\.severity) == [.warning])
  }

  @Test func theMostProblemsAreShownAndTheRestCounted() {
    let many = (0..<PolicyCompiler.mostProblems + 7).map { "zzzzzz\($0): 1\n" }.joined()
    let report = PolicyCompiler.compile(Array(("name: a\n" + many).utf8), file: "-")
    #expect(report.problems.count == PolicyCompiler.mostProblems + 1)
    #expect(report.problems.last?.message == "and 7 more problems")
  }
}
