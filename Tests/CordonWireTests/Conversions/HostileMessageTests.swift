import CordonCore
import CordonWire
import Foundation
import SwiftProtobuf
import Testing

/// What a peer sends is bounded and validated; each refusal has its code.
@Suite struct HostileMessageTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var code: String
    var spoil: @Sendable (inout Cordon_V1_EntityWindow) -> Void

    init(_ what: String, _ code: String, _ spoil: @escaping @Sendable (inout Cordon_V1_EntityWindow) -> Void) {
      self.testDescription = what
      self.code = code
      self.spoil = spoil
    }
  }

  static let windows = [
    Case("unknown schema", "unknown-schema") { $0.schema = 999 },
    // Fewer than any version had.
    Case("too few features", "malformed") {
      $0.features.removeLast($0.features.count - FeatureSchema.userAtHost.firstFeatures + 1)
    },
    Case("too many features", "malformed") { $0.features.append(1) },
    Case("not a number", "not-finite") { $0.features[0] = .nan },
    Case("infinite", "not-finite") { $0.features[3] = .infinity },
    Case("no length", "out-of-range") { $0.lengthMs = 0 },
    Case("longer than a day", "out-of-range") { $0.lengthMs = 86_400_001 },
    Case("before 1970", "out-of-range") { $0.startMs = -1 },
    Case("after 2262", "out-of-range") { $0.startMs = .max },
    Case("no entity", "unknown-value") { $0.clearEntity() },
    Case("short pseudonym", "malformed") { $0.entity.pseudonym = Data([1]) },
    Case("pseudonym and label", "malformed") { $0.entity.label = "ann" },
    Case("sketch of a sum", "malformed") { $0.sketches[0].feature = 201 },
    Case("sketch twice", "malformed") { $0.sketches.append($0.sketches[0]) },
    Case("too many scores", "oversized") { $0.scores.values = [Float](repeating: 0, count: 9) },
    Case("a score that is none", "not-finite") { $0.shadowScores.values = [.nan] },
    Case("huge sketch", "oversized") { $0.sketches[0].registers = Data(count: WireLimits.sketch + 1) },
  ]

  @Test(arguments: windows) func windowIsRefused(_ spoiled: Case) throws {
    var message = Cordon_V1_EntityWindow(Samples.window)
    _ = try message.domain()
    spoiled.spoil(&message)
    let error = #expect(throws: CordonError.self) { try message.domain() }
    #expect(error?.code == spoiled.code)
  }

  /// An agent must not pass over a canary that it cannot check.
  @Test func canaryOfAnUnknownFeatureIsRefused() {
    let spoilings: [(inout Cordon_V1_CanaryWindow) -> Void] = [
      { $0.schema = 99 }, { $0.values[0].feature = 201 }, { $0.values[0].value = .infinity },
      { $0.values[0].value = 0 }, { $0.values.append($0.values[0]) },
    ]
    for spoil in spoilings {
      var message = Cordon_V1_Policy(Samples.policy)
      spoil(&message.learning.canaries[0])
      #expect(throws: CordonError.self) { try message.domain() }
    }
  }

  @Test func policyFromBeforeLearningHasTheDefaults() throws {
    var message = Cordon_V1_Policy(Samples.policy)
    message.clearLearning()
    #expect(try message.domain().learning == Policy.Learning())
    message = Cordon_V1_Policy(Samples.policy)
    message.learning.clearDwellMs()
    message.learning.clearRateFactor()
    message.learning.clearProcessorShare()
    message.learning.clearMemoryMebibytes()
    let (learning, usual) = (try message.domain().learning, Policy.Learning())
    #expect(learning.dwell == usual.dwell && learning.rateFactor == usual.rateFactor)
    #expect(learning.processorShare == usual.processorShare && learning.memoryMebibytes == usual.memoryMebibytes)
  }

  @Test func gatesOfModelsHaveBounds() {
    let spoilings: [(inout Cordon_V1_LearningPolicy) -> Void] = [
      { $0.dwellMs = 59_999 }, { $0.dwellMs = .max }, { $0.rateFactor = 0.5 }, { $0.rateFactor = .nan },
      { $0.rateFactor = .infinity }, { $0.processorShare = 0 }, { $0.processorShare = 1.5 },
      { $0.memoryMebibytes = 31 }, { $0.memoryMebibytes = 4097 },
    ]
    for spoil in spoilings {
      var message = Cordon_V1_Policy(Samples.policy)
      spoil(&message.learning)
      let error = #expect(throws: CordonError.self) { try message.domain() }
      #expect(error?.code == "out-of-range")
    }
  }

  @Test(arguments: ["", "maintenance site until yesterday: x", "site until 2027-01-01: x"])
  func whatIsNoExpectationIsRefused(_ text: String) {
    var message = Cordon_V1_Policy(Samples.policy)
    message.learning.expected.append(text)
    let error = #expect(throws: CordonError.self) { try message.domain() }
    #expect(error?.code == "malformed")
  }

  @Test func boundsHoldAtTheLimit() throws {
    var message = Cordon_V1_EntityWindow(Samples.window)
    message.lengthMs = WireLimits.windowLength
    message.sketches[0].registers = Data(count: WireLimits.sketch)
    _ = try message.domain()
    var detection = Cordon_V1_Detection(Samples.detection)
    detection.summary = String(repeating: "x", count: WireLimits.sentence)
    _ = try detection.domain()
    detection.summary += "x"
    #expect(throws: CordonError.self) { try detection.domain() }
  }

  @Test func reflexFloorCannotBeLowered() {
    var message = Cordon_V1_Policy(Samples.policy)
    message.containment.reflex.leaseMs = 600_001
    #expect(throws: CordonError.self) { try message.domain() }
    message.containment.reflex.leaseMs = 600_000
    message.containment.reflex.mostAnHour = 4
    #expect(throws: CordonError.self) { try message.domain() }
    message.containment.reflex.mostAnHour = 3
    message.containment.reflex.actions = ["kill-process"]
    #expect(throws: CordonError.self) { try message.domain() }
  }

  @Test func leaseMustFitTheAction() {
    var message = Cordon_V1_Command(Samples.command(.suspendProcess(Samples.process)))
    message.leaseMs = 0
    #expect(throws: CordonError.self) { try message.domain() }
    message = Cordon_V1_Command(Samples.command(.killProcess(Samples.process)))
    message.leaseMs = 1
    #expect(throws: CordonError.self) { try message.domain() }
  }

  /// Random bytes and mutated messages never crash, and never give a value out of bounds.
  @Test(arguments: 0..<200) func mutatedBytesAreSurvived(_ seed: UInt64) throws {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
    var bytes: [UInt8] = try Cordon_V1_Record(RoundTripTests.records[Int(next() % 4)]).serializedBytes()
    for _ in 0..<(1 + next() % 8) { bytes[Int(next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: next()) }
    guard let message = try? Cordon_V1_Record(serializedBytes: bytes) else { return }
    if case .window(let window)? = try? message.domain() {
      #expect(!window.features.contains { !$0.isFinite })
      #expect(FeatureSchema.withID(window.schema)?.features.count == window.features.count)
    }
  }
}
