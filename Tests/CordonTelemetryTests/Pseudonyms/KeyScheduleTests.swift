import CordonCore
import CordonTelemetry
import CordonTestSupport
import Crypto
import Testing

/// Keys of epochs for tests: each byte of an epoch's keys says which it is.
enum EpochSamples {
  static let start = FakeClock.start
  static let day = Duration.seconds(86_400)

  static func secrets(_ epoch: UInt32, day number: Int = 0, isGateway: Bool = false) -> EpochSecrets {
    EpochSecrets(
      epoch: epoch, staff: [UInt8](repeating: UInt8(epoch), count: 32),
      patient: isGateway ? [UInt8](repeating: UInt8(epoch) | 0x80, count: 32) : nil,
      begins: start.advanced(by: day * number))
  }

  static func moment(_ number: Int) -> Timestamp { start.advanced(by: day * number) }
}

/// Which epoch names are written under, what is still opened, and what is forgotten.
@Suite struct KeyScheduleTests {
  private typealias Samples = EpochSamples

  @Test func `the next epoch is used from its moment on, and the one before until its end`() throws {
    var schedule = try KeySchedule([Samples.secrets(1)], at: Samples.moment(0))
    let isNew = try schedule.take(Samples.secrets(2, day: 1), linkableUntil: Samples.moment(31))
    #expect(isNew)
    #expect(schedule.inUse == 1)
    // What a machine wrote that switched a little earlier is opened already.
    #expect(try schedule.keys(path: WindowKeys.own).epochs == [1, 2])
    let hasMoved = schedule.advance(to: Samples.moment(1))
    #expect(hasMoved)
    #expect(schedule.inUse == 2)
    #expect(try schedule.keys(path: WindowKeys.own).epochs == [2, 1])
    let isForgottenEarly = schedule.forget(at: Samples.moment(30), except: [])
    #expect(!isForgottenEarly)
    // What the policy protects must open: its epoch stays.
    let isForgottenNeeded = schedule.forget(at: Samples.moment(31), except: [1])
    #expect(!isForgottenNeeded)
    let isForgotten = schedule.forget(at: Samples.moment(31), except: [])
    #expect(isForgotten && schedule.epochs.map(\.epoch) == [2])
  }

  @Test func `a clock that is set back does not bring an epoch back`() throws {
    var schedule = try KeySchedule([Samples.secrets(1), Samples.secrets(2, day: 1)], at: Samples.moment(2))
    #expect(schedule.inUse == 2)
    let hasGoneBack = schedule.advance(to: Samples.moment(0))
    #expect(!hasGoneBack)
    #expect(schedule.inUse == 2)
  }

  @Test func `what is not newer is refused, and the same once more changes nothing`() throws {
    var schedule = try KeySchedule([Samples.secrets(1)], at: Samples.moment(0))
    _ = try schedule.take(Samples.secrets(2, day: 1), linkableUntil: Samples.moment(31))
    let isNew = try schedule.take(Samples.secrets(2, day: 1), linkableUntil: Samples.moment(60))
    #expect(!isNew)
    expectRefusal("rolled-back") { _ = try schedule.take(Samples.secrets(1, isGateway: true), linkableUntil: .epoch) }
    var other = Samples.secrets(2)
    other.staff[0] ^= 1
    expectRefusal("rolled-back") { _ = try schedule.take(other, linkableUntil: .epoch) }
  }

  @Test func `epochs are bounded`() throws {
    var schedule = try KeySchedule([Samples.secrets(1)], at: Samples.moment(0))
    for epoch in 2...UInt32(KeySchedule.mostEpochs) {
      _ = try schedule.take(Samples.secrets(epoch), linkableUntil: Samples.moment(400))
    }
    let beyond = Samples.secrets(UInt32(KeySchedule.mostEpochs) + 1)
    expectRefusal("key-epochs") { _ = try schedule.take(beyond, linkableUntil: Samples.moment(400)) }
    expectRefusal("keys") { _ = try KeySchedule([], at: Samples.moment(0)) }
    expectRefusal("keys") { _ = try KeySchedule([Samples.secrets(1), Samples.secrets(1)], at: Samples.moment(0)) }
    expectRefusal("keys") { _ = try KeySchedule(schedule.epochs + [beyond], at: Samples.moment(0)) }
  }
}
