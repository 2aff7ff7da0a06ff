import CordonAdmin
import CordonTestSupport
import CordonTrust
import Testing

@Suite struct TestMappingCommandTests {
  private static let mapping = """
    name: images
    time: when
    user: who.login
    realm: ward.example
    activity: what
    activities: {record-open: "view*"}
    patient: patient
    """

  private static let sample = """
    {"when":"2026-01-01T00:00:00Z","who":{"login":"ann"},"what":"view","patient":"4711"}
    {"when":"2026-01-01T00:00:01Z","who":{"login":"ann"},"what":"print"}

    {"when":"soon","who":{"login":"ann"},"what":"view"}
    """

  private func with(
    _ sample: String, _ body: (CommandHarness, _ mapping: String, _ sample: String) async throws -> Void
  ) async throws {
    try await withTemporaryFolder { folder in
      try PrivateFile.create(at: "\(folder)/map.yaml", holding: Array(Self.mapping.utf8))
      try PrivateFile.create(at: "\(folder)/sample.jsonl", holding: Array(sample.utf8))
      try await body(CommandHarness(folder: folder), "\(folder)/map.yaml", "\(folder)/sample.jsonl")
    }
  }

  @Test func `every line is shown with what it becomes, or with what is wrong and where`() async throws {
    try await with(Self.sample) { harness, mapping, sample in
      let run = await harness.run("policy", "test-mapping", mapping, sample)
      #expect(run.code == 65, "a line is damaged")
      #expect(
        run.output == """
          line 1: 2026-01-01T00:00:00.000Z activity recordAccess, outcome success, user ward.example\\ann, act open, \
          patient 4711
          line 2: passed over, column 62: what has a word that no activity lists
          line 4: damaged, column 10: when is no moment: ISO 8601, or seconds since 1970
          1 lines become observations, 1 are passed over, 1 are damaged

          """, "\(run.output)")
    }
  }

  @Test func `programs are told the same`() async throws {
    try await with(Self.sample) { harness, mapping, sample in
      let run = await harness.run("policy", "test-mapping", mapping, sample, "--output", "json")
      #expect(run.code == 65)
      for part in ["\"observed\": 1", "\"user\": \"ward.example\\\\ann\"", "\"field\": \"when\"", "\"column\": 10"] {
        #expect(run.output.contains(part), "\(part): \(run.output)")
      }
    }
  }

  @Test func `what a sample says does nothing to the terminal`() async throws {
    let line = Self.sample.split(separator: "\n")[0].replacing("ann", with: "ann\\u001b[2J")
    try await with(String(line)) { harness, mapping, sample in
      let run = await harness.run("policy", "test-mapping", mapping, sample)
      #expect(run.code == 0 && run.output.contains("ann [2J") && !run.output.contains("\u{1b}"), "\(run.output)")
    }
  }

  @Test func `a sound sample ends well`() async throws {
    let line = Self.sample.split(separator: "\n")[0]
    try await with(String(line)) { harness, mapping, sample in
      #expect(await harness.run("policy", "test-mapping", mapping, sample).code == 0)
    }
  }

  @Test func `a mapping that is none says where`() async throws {
    try await with(Self.sample) { harness, _, sample in
      let run = await harness.run("policy", "test-mapping", sample, sample)
      #expect(run.code != 0)
      #expect(run.errors.contains("sample.jsonl"), "\(run.errors)")
    }
  }
}
