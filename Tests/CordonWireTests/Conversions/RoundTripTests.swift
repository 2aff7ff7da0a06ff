import CordonCore
import CordonWire
import SwiftProtobuf
import Testing

/// Every domain value survives the way to bytes and back.
@Suite struct RoundTripTests {
  static let records: [Record] = [
    .window(Samples.window), .detection(Samples.detection),
    .detection(Samples.detectionWithoutProcess), .outcome(Samples.outcome),
  ]

  @Test(arguments: records) func recordSurvives(_ record: Record) throws {
    let bytes: [UInt8] = try Cordon_V1_Record(record).serializedBytes()
    #expect(try Cordon_V1_Record(serializedBytes: bytes).domain() == record)
  }

  @Test(arguments: [
    Action.suspendProcess(Samples.process), .killProcess(Samples.process), .blockAddress(Samples.address),
  ])
  func commandSurvives(_ action: Action) throws {
    let command = Samples.command(action)
    let bytes: [UInt8] = try Cordon_V1_Command(command).serializedBytes()
    #expect(try Cordon_V1_Command(serializedBytes: bytes).domain() == command)
  }

  @Test func policySurvives() throws {
    let policy = Samples.policy
    let bytes: [UInt8] = try Cordon_V1_Policy(policy).serializedBytes()
    #expect(try Cordon_V1_Policy(serializedBytes: bytes).domain() == policy)
    let builtIn = try Cordon_V1_Policy(.observeOnly).domain()
    #expect(builtIn == .observeOnly)
  }

  @Test(arguments: Lane.allCases) func laneSurvives(_ lane: Lane) throws {
    #expect(try Cordon_V1_Lane(lane).domain() == lane)
  }

  @Test(arguments: SkippedRange.Cause.allCases) func skippedRangeSurvives(_ cause: SkippedRange.Cause) throws {
    let skipped = SkippedRange(3...9, cause)
    #expect(try Cordon_V1_SkippedRange(skipped).domain() == skipped)
  }
}
