import CordonTestSupport
import Foundation
import Testing

/// What nothing should be learned from is taken out by name, and the rest is copied as it was.
@Suite struct LabCleanTests {
  private static let file = #"""
    bytes,logons,name
    10,1,"a, ""b"""
    10,1,"a, ""b"""
    -5,1,c
    NA,NA,d
    inf,1,e
    12.50,,f

    """#

  private func run(
    _ arguments: String..., body: (String, CommandHarness.Run) throws -> Void
  ) async throws {
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      let (input, out) = (harness.path("in.csv"), harness.path("out.csv"))
      try Data(Self.file.utf8).write(to: URL(filePath: input))
      let run = await harness.run(["lab", "clean", "--input", input, "--out", out] + arguments)
      let kept = (try? String(contentsOfFile: out, encoding: .utf8)) ?? ""
      try body(kept, run)
    }
  }

  @Test func rowsAreTakenOutByNamedRules() async throws {
    try await run("--possible", "bytes=0..100", "--output", "json") { kept, run in
      #expect(run.code == 0, "\(run.errors)")
      #expect(kept == "bytes,logons,name\n10,1,\"a, \"\"b\"\"\"\n12.50,,f\n")
      let report = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
      #expect(report["rows"] as? Int == 6 && report["kept"] as? Int == 2)
      #expect(report["taken_out"] as? [String: Int] == ["gap": 1, "impossible-value": 2, "duplicate": 1])
      let findings = try #require(report["findings"] as? [[String: Any]])
      #expect(findings.map { $0["row"] as? Int } == [2, 3, 4, 5])
      #expect(findings.map { $0["column"] as? String } == [nil, "bytes", nil, "bytes"])
    }
  }

  /// A millisecond between two moments of this century is nothing in single precision.
  @Test func momentsThatDifferAreNoDuplicates() async throws {
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      let (input, out) = (harness.path("in.csv"), harness.path("out.csv"))
      let text = "ms,n\n1796000000000,1\n1796000000001,1\n1796000000001,1\n"
      try Data(text.utf8).write(to: URL(filePath: input))
      let run = await harness.run("lab", "clean", "--input", input, "--out", out)
      #expect(run.code == 0 && run.output.contains("  duplicate: 1\n"), "\(run)")
      #expect(try String(contentsOfFile: out, encoding: .utf8) == "ms,n\n1796000000000,1\n1796000000001,1\n")
    }
  }

  @Test func duplicatesAndOddValuesAreKeptWhereTheyAreMeant() async throws {
    try await run("--keep-duplicates") { kept, run in
      #expect(run.code == 0, "\(run.errors)")
      #expect(kept.split(separator: "\n").count == 5)
      #expect(run.output.contains("  impossible-value: 1\n") && run.output.contains("row 5: impossible-value in bytes"))
    }
  }

  @Test func whatCannotBeMeantIsRefused() async throws {
    try await run("--possible", "cats=0..1") { kept, run in
      #expect(run.code != 0 && run.errors.contains("cats") && kept.isEmpty)
    }
    for wrong in ["bytes", "bytes=1", "bytes=2..1", "=0..1", "bytes=0..inf"] {
      try await run("--possible", wrong) { _, run in #expect(run.code == 64, "\(wrong)") }
    }
  }
}
