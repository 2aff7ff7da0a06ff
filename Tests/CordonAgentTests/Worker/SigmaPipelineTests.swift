import CordonAgent
import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

/// Sigma rules of a policy, from an audit record to a detection.
@Suite struct SigmaPipelineTests {
  typealias Support = WorkerSupport

  private static func rule(
    _ id: String, _ field: SigmaField, _ pattern: String, source: SigmaSource = .processCreation,
    severity: Severity = .high
  ) -> SigmaRule {
    SigmaRule(
      id: id, title: "Shell to the network", severity: severity, techniques: ["T1059.004", "T1105"], source: source,
      tests: [SigmaTest(field, .text(SigmaPattern(pattern), isCased: false))], condition: [.test(0)])
  }

  private static func policy(_ rules: [SigmaRule], change: (inout Policy) -> Void = { _ in }) -> Policy {
    var policy = Support.policy()
    policy.sharedAccounts = []
    policy.sigma.rules = rules
    change(&policy)
    return policy
  }

  private static let shell = rule("shell-1", .commandLine, "*/dev/tcp/*")

  private static func start(
    _ number: Int, pid: Int = 812, exe: String = "/bin/bash", argument: String = "exec 3<>/dev/tcp/x"
  ) -> SensorBatch {
    Support.lines(Support.exec(number, pid: pid, exe: exe, argument: argument, at: Support.at(Int64(number))))
  }

  @Test func aMatchIsADetectionThatNamesTheRuleAndNotTheCommand() throws {
    var pipeline = try Support.pipeline(policy: Self.policy([Self.shell]))
    let output = WorkerPipelineTests.run(&pipeline, [Self.start(1)])
    let detection = try #require(WorkerPipelineTests.detections(output).first)
    #expect(detection.kind == .tripwire && detection.rule == "sigma:shell-1" && detection.severity == .high)
    #expect(detection.technique == "T1059.004")
    #expect(
      detection.summary
        == "A process (pid 812) did what the Sigma rule \"Shell to the network\" looks for.", "\(detection.summary)")
    #expect(detection.entities.map(\.part) == [.host, .actor])
    #expect(output.reflexes.isEmpty, "the policy's reflex is on, but names no rule")
  }

  @Test func onlyARuleThatThePolicyNamesMayReflex() throws {
    let policy = Self.policy([Self.shell, Self.rule("bash-1", .image, "*/bash")]) { $0.sigma.reflex = ["shell-1"] }
    var pipeline = try Support.pipeline(policy: policy)
    var batches = [Self.start(1)]
    batches.append(Self.start(2, pid: 900, argument: "nothing"))
    let output = WorkerPipelineTests.run(&pipeline, batches)
    #expect(Set(WorkerPipelineTests.detections(output).map(\.rule)) == ["sigma:shell-1", "sigma:bash-1"])
    // Without the process's start time nothing is frozen; what would be blocked follows the suspect.
    #expect(output.reflexes.allSatisfy { $0.detection.rule == "sigma:shell-1" })
    let connect = Support.connect(
      3, pid: 812, uid: 1000, saddr: "020001BBC0000207", exe: "/bin/bash", at: Support.at(30))
    let later = WorkerPipelineTests.run(&pipeline, [Support.lines(connect)])
    #expect(later.reflexes.map(\.detection.rule) == ["sigma:shell-1"])
  }

  @Test func repetitionsAreFoldedAndTheDayIsCapped() throws {
    let policy = Self.policy([Self.shell]) { $0.sigma.dailyCap = 2 }
    var pipeline = try Support.pipeline(policy: policy)
    let same = (1...5).map { Self.start($0, pid: 800 + $0) }
    #expect(WorkerPipelineTests.detections(WorkerPipelineTests.run(&pipeline, same)).count == 1)
    let others = (6...9).map { Self.start($0, pid: 800 + $0, exe: "/bin/sh\($0)") }
    #expect(WorkerPipelineTests.detections(WorkerPipelineTests.run(&pipeline, others)).count == 1)
    #expect(pipeline.counters.folded == 7)
  }

  @Test func parentsUsersAndFoldersAreSeen() throws {
    let rules = [
      Self.rule("parent-1", .parentImage, "/usr/sbin/nginx"), Self.rule("user-1", .user, "plantedann"),
      Self.rule("folder-1", .currentDirectory, "/home/plantedann"),
      Self.rule("audit-1", .argument1, "plantedargument", source: .auditExec),
      Self.rule("parents-line-1", .parentCommandLine, "x plantedargument"),
    ]
    var pipeline = try Support.pipeline(policy: Self.policy(rules) { $0.sigma.dailyCap = 100 })
    let parent = Support.exec(1, pid: 700, uid: 33, exe: "/usr/sbin/nginx", at: Support.at(1))
    let child = Support.exec(2, pid: 812, exe: "/bin/sh", at: Support.at(2))
    let output = WorkerPipelineTests.run(&pipeline, [Support.lines(parent + child)])
    let rulesFound = Set(WorkerPipelineTests.detections(output).map(\.rule))
    #expect(rulesFound.isSuperset(of: ["sigma:parent-1", "sigma:user-1", "sigma:audit-1", "sigma:folder-1"]))
  }

  @Test func connectionsAndFilesAreSeen() throws {
    let network = try #require(IPNetwork("192.0.2.0/24"))
    let rules = [
      SigmaRule(
        id: "net-1", title: "N", severity: .high, source: .networkConnection,
        tests: [SigmaTest(.destinationIP, .network(network)), SigmaTest(.destinationPort, .number(.less, 1024))],
        condition: [.test(0), .test(1), .and]),
      Self.rule("file-1", .targetFilename, "*/how_to_decrypt*", source: .fileEvent),
    ]
    var pipeline = try Support.pipeline(policy: Self.policy(rules))
    let connect = Support.connect(
      3, pid: 812, uid: 1000, saddr: "020001BBC0000207", exe: "/bin/bash", at: Support.at(30))
    let file = Support.file(.write, "/home/plantedann/HOW_TO_DECRYPT.txt", at: Support.at(40))
    let output = WorkerPipelineTests.run(
      &pipeline, [Support.lines(connect), SensorBatch(sensor: "file", records: [file])])
    let found = WorkerPipelineTests.detections(output)
    #expect(Set(found.map(\.rule)) == ["sigma:net-1", "sigma:file-1"])
    #expect(found.first { $0.rule == "sigma:file-1" }?.entities.contains { $0.part == .file } == true)
  }

  @Test func aPolicySwitchesRulesOnAndOffLive() throws {
    var pipeline = try Support.pipeline(policy: Self.policy([]))
    #expect(WorkerPipelineTests.detections(WorkerPipelineTests.run(&pipeline, [Self.start(1)])).isEmpty)
    _ = pipeline.use(Self.policy([Self.shell]), at: Support.at(100))
    #expect(WorkerPipelineTests.detections(WorkerPipelineTests.run(&pipeline, [Self.start(2)])).count == 1)
    _ = pipeline.use(Self.policy([Self.shell]) { $0.sigma.isEnabled = false }, at: Support.at(200))
    #expect(WorkerPipelineTests.detections(WorkerPipelineTests.run(&pipeline, [Self.start(3, exe: "/x")])).isEmpty)
  }

  @Test func rulesThatCannotBeWorkedOutLeaveTheEarlierOnes() throws {
    var pipeline = try Support.pipeline(policy: Self.policy([Self.shell]))
    let broken = SigmaRule(
      id: "b-1", title: "B", severity: .high, source: .processCreation,
      tests: [SigmaTest(.image, .expression("(", []))], condition: [.test(0)])
    _ = pipeline.use(Self.policy([broken]), at: Support.at(100))
    #expect(pipeline.counters.refusedRules == 1)
    #expect(WorkerPipelineTests.detections(WorkerPipelineTests.run(&pipeline, [Self.start(2)])).count == 1)
  }
}
