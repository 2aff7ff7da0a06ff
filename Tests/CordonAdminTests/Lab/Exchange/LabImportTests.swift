import CordonAdmin
import CordonCore
import Foundation
import Testing

/// An ONNX file becomes a model file, and goes back; what is refused leaves nothing behind.
@Suite struct LabImportTests {
  private static let fixtures = URL(filePath: #filePath)
    .appending(path: "../../../../CordonONNXTests/Fixtures").standardizedFileURL

  private func withHarness(_ body: (CommandHarness) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "cordon-lab-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(CommandHarness(folder: folder.path))
  }

  private func fixture(_ name: String) -> String { Self.fixtures.appending(path: name).path }

  @Test func aFileIsImportedAndWrittenAgain() async throws {
    try await withHarness { harness in
      let imported = await harness.run(
        "lab", "import", fixture("gradient-boosting.onnx"), "--out", harness.path("m.model"), "--columns", "a,b,c,d,e",
        "--output", "json")
      #expect(imported.code == 0, "\(imported.errors)")
      #expect(imported.output.contains("\"model\": \"boosted-trees\""))
      #expect(imported.output.contains("\"rows\": 1000"))
      let exported = await harness.run("lab", "export", harness.path("m.model"), "--out", harness.path("m.onnx"))
      #expect(exported.code == 0, "\(exported.errors)")
      #expect(exported.output.contains("a, b, c, d, e"))
      let again = await harness.run("lab", "import", harness.path("m.onnx"), "--out", harness.path("again.model"))
      #expect(again.code == 0, "\(again.errors)")
    }
  }

  /// scikit-learn's number falls where ours rises, and that is said.
  @Test func theDirectionIsSaid() async throws {
    try await withHarness { harness in
      let run = await harness.run(
        "lab", "import", fixture("isolation-forest.onnx"), "--out", harness.path("m.model"))
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.output.contains("Higher is stranger here"))
    }
  }

  @Test(arguments: [
    (["--columns", "a,b"], "5 columns"), (["--columns", "a,b,c,d,a"], "different names"),
    (["--output-name", "nothing"], "has no output"),
  ]) func whatDoesNotFitIsRefused(_ options: [String], _ said: String) async throws {
    try await withHarness { harness in
      let run = await harness.run(
        ["lab", "import", fixture("xgboost.onnx"), "--out", harness.path("m.model")] + options)
      #expect(run.code == 65)
      #expect(run.errors.contains("xgboost.onnx") && run.errors.contains(said), "\(run.errors)")
      #expect(!FileManager.default.fileExists(atPath: harness.path("m.model")))
    }
  }

  @Test func noModelIsNoModel() async throws {
    try await withHarness { harness in
      let text = harness.path("text")
      try Data("not a model".utf8).write(to: URL(filePath: text))
      for command in ["import", "export"] {
        let run = await harness.run("lab", command, text, "--out", harness.path("out"))
        #expect(run.code == 65)
        #expect(run.errors.contains(text), "\(run.errors)")
      }
      let absent = await harness.run("lab", "import", harness.path("absent"), "--out", harness.path("out"))
      #expect(absent.code == 66)
    }
  }
}
