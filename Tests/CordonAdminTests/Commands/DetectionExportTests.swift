import CordonCore
import CordonTestSupport
import CordonWire
import Foundation
import Synchronization
import Testing

@Suite struct DetectionExportTests {
  private static func window(label: String) -> Cordon_V1_LabelledWindow {
    var row = Cordon_V1_LabelledWindow()
    row.detectionID = Data(repeating: 7, count: 16)
    row.rule = "unusual-behaviour"
    row.label = label
    row.weakLabel = 0.75
    row.ask = label.isEmpty ? 1 : 0
    var vote = Cordon_V1_WeakVote()
    vote.rule = "rarity"
    vote.bad = true
    row.votes = [vote]
    let schema = FeatureSchema.hostAtHost
    var features = [Float](repeating: 0, count: schema.features.count)
    features[0] = 212
    row.window = Cordon_V1_EntityWindow(
      EntityWindow(
        entity: EntityRef(kind: .host, label: "ws-\"17\""), schema: schema.id, start: FakeClock.start, length: 60_000,
        observations: 1, features: features))
    return row
  }

  @Test func theLabelledSetIsJSONLines() async throws {
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      try await harness.found()
      harness.collector.state.withLock { $0.labelled = [Self.window(label: "malicious"), Self.window(label: "")] }
      let file = harness.path("labelled.jsonl")
      let result = await harness.run("detection", "export", file)
      #expect(result.code == 0, "\(result.errors)")
      #expect(
        result.output == """
          2 windows are in \(file), 1 of them labelled by analysts.
          Verdicts that would teach most, of: 0707070707070707

          """)
      let text = try String(contentsOfFile: file, encoding: .utf8)
      let lines = text.split(separator: "\n")
      #expect(lines.count == 2 && text.hasSuffix("\n"))
      let first = try #require(try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
      #expect(first["label"] as? String == "malicious" && first["entity"] as? String == "ws-\"17\"")
      #expect((first["features"] as? [String: Double])?["process_starts"] == 212)
      #expect(first["votes"] as? [String: String] == ["rarity": "bad"] && first["weak_label"] as? Double == 0.75)
      let second = try #require(try JSONSerialization.jsonObject(with: Data(lines[1].utf8)) as? [String: Any])
      #expect(second["label"] is NSNull && second["p"] is NSNull && second["ask"] as? Int == 1)
      #expect(first["ask"] is NSNull)
      // A file that is there is not replaced.
      #expect(await harness.run("detection", "export", file).code != 0)
    }
  }
}
