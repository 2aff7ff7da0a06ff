import CordonCore
import CordonTestSupport
import CordonWire
import FoundationEssentials
import Glibc
import Synchronization
import Testing

/// What analysts read, as kept files: run with `CORDON_REGENERATE=1` where a change is meant.
@Suite struct ViewCommandTests {
  static let views: [(name: String, line: String)] = [
    ("status", "status"), ("agent-list", "agent list"), ("agent-show", "agent show ws-17"),
    ("detection-list", "detection list"), ("detection-show", "detection show 0197c3"),
    ("incident-list", "incident list --all"), ("incident-show", "incident show 0197c4"),
    ("token-list", "token list"), ("operator-list", "operator list"), ("command-list", "command list"),
    ("policy-schema", "policy schema"), ("doctor", "doctor"),
    ("model-list", "model list"), ("model-show", "model show 0197c5"),
    ("model-compare", "model compare 0197c5 0197c6"),
  ]

  private func prepared(_ harness: CommandHarness) async throws {
    try await harness.found()
    harness.collector.state.withLock { state in
      state.agents = [Samples.agent]
      state.detections = [Samples.detection]
      state.incidents = [Samples.incident]
      var person = Cordon_V1_Operator()
      person.name = "ann"
      person.roles = ["admin", "analyst"]
      person.certificateNotAfterMs = FakeClock.start.advanced(by: .seconds(30 * 86_400)).milliseconds
      state.operators = [person]
      var finding = Cordon_V1_Finding()
      finding.severity = .high
      finding.code = "disk"
      finding.message = "The store's disk has 3 % left."
      finding.remedy = "Make room, or shorten retention."
      state.findings = [finding]
      state.models = [Samples.model(0xC5, state: "champion"), Samples.model(0xC6, state: "candidate")]
      state.learning = [Samples.learning]
      var stored = Cordon_V1_StoredCommand()
      stored.command.id = Data(repeating: 7, count: 16)
      stored.command.agentID = Samples.agentID
      stored.command.action.suspendProcess.process = Samples.detection.detection.process
      stored.command.reason = "reflex"
      stored.agentLabel = "ws-17"
      stored.outcome.state = .held
      stored.outcome.reflex = true
      stored.outcome.leaseUntilMs = FakeClock.start.advanced(by: .seconds(540)).milliseconds
      state.commands = [stored]
    }
    _ = await harness.run("token", "create", "--group", "administration", "--uses", "5")
  }

  private func kept(_ name: String, _ text: String) throws -> String {
    let file = "\(Self.folder)/\(name)"
    if let flag = getenv("CORDON_REGENERATE"), String(cString: flag) == "1" {
      mkdir(Self.folder, 0o755)
      try Data(text.utf8).write(to: URL(filePath: file))
    }
    return String(decoding: try Data(contentsOf: URL(filePath: file)), as: UTF8.self)
  }

  private static let folder: String = {
    let parts = #filePath.split(separator: "/").dropLast(2)
    return "/" + parts.joined(separator: "/") + "/Golden/views"
  }()

  @Test(arguments: views.map(\.name)) func tableAndJSONAreAsKept(name: String) async throws {
    let line = try #require(Self.views.first { $0.name == name }?.line)
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      try await prepared(harness)
      for (format, end) in [("table", "txt"), ("json", "json")] {
        let run = await harness.run(line.split(separator: " ").map(String.init) + ["--output", format])
        #expect(run.code == (name == "doctor" ? 78 : 0), "\(run.errors)")
        let plain = run.output.replacing(folder, with: "FOLDER")
        #expect(plain == (try kept("\(name).\(end)", plain)))
        if format == "json" {
          #expect(throws: Never.self) { try JSONDecoder().decode(AnyJSON.self, from: Data(plain.utf8)) }
        }
        #expect(!plain.contains("\u{1B}"), "a terminal's control character came through")
      }
    }
  }

  @Test func aTokenAloneGoesToStandardOutput() async throws {
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      try await harness.found()
      let run = await harness.run("token", "create")
      #expect(run.output == "cordon1.0a0b0c.secret.pin\n")
      #expect(run.errors.hasPrefix("Token 0a0b0c: 1 uses, until 2026-01-02T00:00:00Z"))
      let file = await harness.run("token", "create", "--out", harness.path("token.txt"))
      #expect(file.output == "" && !file.errors.contains("secret"))
      var facts = stat()
      #expect(stat(harness.path("token.txt"), &facts) == 0 && facts.st_mode & 0o777 == 0o600)
    }
  }

  @Test func anEmptySiteSaysSo() async throws {
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      try await harness.found()
      for (line, text) in [
        ("agent list", "No agents. `cordon token create` makes a token with which one enrols.\n"),
        ("detection list", "No detections.\n"), ("incident list", "No incidents.\n"),
        ("command list", "No commands.\n"),
      ] {
        let run = await harness.run(line.split(separator: " ").map(String.init))
        #expect(run.output == text)
      }
    }
  }

  @Test func doctorFindsWhatIsWrongHere() async throws {
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      let nothing = await harness.run("doctor")
      #expect(nothing.code == 78 && nothing.output.contains("[no-home]"), "\(nothing.output)")
      try await harness.found()
      let good = await harness.run("doctor")
      #expect(good.code == 0 && good.output.contains("low: 3 root keys of the site are in"), "\(good.output)")
      chmod("\(harness.home)/operator-ann.key", 0o644)
      let exposed = await harness.run("doctor")
      #expect(exposed.code == 78 && exposed.output.contains("chmod 600 \(harness.home)/operator-ann.key"))
      chmod("\(harness.home)/operator-ann.key", 0o600)
      harness.clock.advance(by: .seconds(400 * 86_400))
      let expired = await harness.run("doctor")
      #expect(expired.output.contains("[expired-roster]") && expired.output.contains("[certificate-expired]"))
    }
  }

  @Test(arguments: ["bash", "zsh", "fish"]) func completionsAreMade(shell: String) async throws {
    try await withTemporaryFolder { folder in
      let run = await CommandHarness(folder: folder).run("completion", shell)
      #expect(run.code == 0 && run.output.contains("cordon") && run.output.contains("sign-collector"))
    }
  }
}

/// Any JSON at all: that it parses is what counts.
enum AnyJSON: Decodable {
  case something

  init(from decoder: any Decoder) throws {
    if var list = try? decoder.unkeyedContainer() {
      while !list.isAtEnd { _ = try list.decode(AnyJSON.self) }
    } else if let fields = try? decoder.container(keyedBy: Key.self) {
      for key in fields.allKeys { _ = try fields.decode(AnyJSON.self, forKey: key) }
    } else {
      let single = try decoder.singleValueContainer()
      guard single.decodeNil() || (try? single.decode(Bool.self)) != nil || (try? single.decode(Double.self)) != nil
      else {
        _ = try single.decode(String.self)
        self = .something
        return
      }
    }
    self = .something
  }

  struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
  }
}
