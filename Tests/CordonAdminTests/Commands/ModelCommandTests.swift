import CordonAdmin
import CordonCore
import CordonLearning
import CordonTestSupport
import CordonTrust
import CordonWire
import Crypto
import Foundation
import Synchronization
import Testing

@Suite struct ModelCommandTests {
  private func withPlan(_ body: (CommandHarness) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      try await harness.found()
      let plan = try Samples.plan()
      harness.collector.state.withLock { state in
        state.plan = plan
        state.models = [Samples.model(0xC5, state: "candidate")]
      }
      try await body(harness)
    }
  }

  @Test func `the bundle and an offer a ring are signed here, with rising serials`() async throws {
    try await withPlan { harness in
      let run = await harness.run("model", "promote", "0197c5")
      #expect(run.code == 0 && run.output.contains("on its way to the first of 2 rings"), "\(run.errors)")
      #expect(run.errors.contains("canaries_flagged") && run.errors.contains("silent: budget not feasible yet"))
      let request = try #require(harness.collector.state.withLock { $0.promotions.first })
      let envelope = try request.envelope.domain()
      let digest = Array(SHA256.hash(data: try envelope.serialized()))
      let offers = try request.offers.map { try ModelOffer(payload: try $0.envelope.domain().payload) }
      #expect(offers.map(\.serial) == [7, 8] && offers.map(\.ring) == [0, 1])
      #expect(offers.allSatisfy { $0.digest == digest && $0.role == .champion && $0.schema == 1 })
      #expect(request.offers.map(\.target.group) == ["pilot", ""] && request.offers[1].target.everyone)
      #expect(Data(envelope.payload) == harness.collector.state.withLock { $0.plan.payload })
    }
  }

  @Test func `a dry run signs nothing, and a shadow says so in its offers`() async throws {
    try await withPlan { harness in
      let dry = await harness.run("model", "promote", "0197c5", "--dry-run")
      #expect(dry.code == 0 && dry.errors.contains("purpose"), "\(dry.errors)")
      #expect(harness.collector.state.withLock { $0.promotions.isEmpty })
      let run = await harness.run("model", "promote", "0197c5", "--shadow")
      #expect(run.code == 0, "\(run.errors)")
      #expect(harness.collector.state.withLock { $0.promotions.first?.role } == .shadow)
      let back = await harness.run("model", "rollback", "host@host")
      #expect(back.code == 0, "\(back.errors)")
      #expect(harness.collector.state.withLock { $0.calls.last { $0 != "Renew" } } == "RollbackModel")
    }
  }

  @Test func `a collector that shows one model and sends another is found out`() async throws {
    try await withPlan { harness in
      harness.collector.state.withLock { $0.plan.envelope.type = "model" }
      let run = await harness.run("model", "promote", "0197c5")
      #expect(run.code != 0 && run.errors.contains("another model"), "\(run.errors)")
      harness.collector.state.withLock { state in
        state.plan.clearEnvelope()
        state.plan.payload = Data([1, 2, 3])
      }
      let broken = await harness.run("model", "promote", "0197c5")
      #expect(broken.code == 65, "\(broken.errors)")
      #expect(harness.collector.state.withLock { $0.promotions.isEmpty })
    }
  }

  @Test func `training tells the candidate and what to do next`() async throws {
    try await withPlan { harness in
      let run = await harness.run("model", "train", "host@host")
      #expect(run.code == 0 && run.output.hasSuffix("--shadow\n"), "\(run.errors)")
      #expect(run.errors.isEmpty, "no progress where nobody looks")
    }
  }

  @Test func `an ONNX file is compiled here, over features of the schema, and sent without thresholds`() async throws {
    try await withPlan { harness in
      let columns = "connects,process_starts,failed_connects,distinct_peers,distinct_executables"
      let file = Self.fixtures.appending(path: "isolation-forest.onnx").path
      let run = await harness.run("model", "import", file, "--schema", "host@host", "--columns", columns)
      #expect(run.code == 0 && run.output.contains("isolation-forest") && run.output.hasSuffix("--shadow\n"), "\(run)")
      let bundle = try #require(
        try harness.collector.state.withLock { try $0.imported.map { try ModelBundle(encoded: $0) } })
      #expect(bundle.schema == FeatureSchema.hostAtHost.id && bundle.thresholds.isEmpty && !bundle.readsSurprises)
      #expect(bundle.features.map(\.id) == [104, 101, 105, 106, 102])
      #expect(bundle.features.allSatisfy { $0.transform == .log1p } && bundle.onnxDigest.count == 32)
      let raw = await harness.run("model", "import", file, "--schema", "host@host", "--columns", columns, "--raw")
      #expect(raw.code == 0, "\(raw)")
      let plain = try #require(
        try harness.collector.state.withLock { try $0.imported.map { try ModelBundle(encoded: $0) } })
      #expect(plain.features.allSatisfy { $0.transform == .identity })
      for (options, said) in [
        (["--schema", "cat@home"], "no schema"), (["--schema", "host@host"], "5 columns"),
        (["--schema", "host@host", "--columns", "a,b,c,d,e"], "no feature “a”"),
      ] {
        let refused = await harness.run(["model", "import", file] + options)
        #expect(refused.code == 65 && refused.errors.contains(said), "\(refused)")
      }
    }
  }

  private static let fixtures = URL(filePath: #filePath)
    .appending(path: "../../../CordonONNXTests/Fixtures").standardizedFileURL

  @Test(arguments: [
    ("2026-02-28", "2026-03-01T00:00:00"), ("2d", "2026-01-03T00:00:00"),
  ]) func `what is expected ends on a day or after a while`(until: String, expected: String) async throws {
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      try await harness.found()
      harness.collector.state.withLock { $0.detections = [Samples.detection] }
      let run = await harness.run(
        "detection", "label", "0197c3", "expected", "--scope", "group", "--until", until)
      #expect(run.code == 0, "\(run.errors)")
      let label = try #require(harness.collector.state.withLock { $0.labels.first })
      #expect(label.scope == "group")
      #expect(TimeText.iso(Timestamp(milliseconds: label.untilMs)) == expected + "Z")
      for bad in [["--scope", "group"], ["--until", "2d"], ["--scope", "site", "--until", "2026-02-30"]] {
        #expect(await harness.run(["detection", "label", "0197c3", "expected"] + bad).code == 64)
      }
      #expect(
        await harness.run("detection", "label", "0197c3", "benign", "--scope", "site", "--until", "2d").code == 64)
    }
  }
}
