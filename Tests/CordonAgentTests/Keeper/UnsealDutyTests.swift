import CordonCore
import CordonTestSupport
import Testing

@testable import CordonAgent

@Suite struct UnsealDutyTests {
  static let now = FakeClock.start

  @Test func aMachineOpensSoManyNamesAnHourAndNoMore() throws {
    var duty = UnsealDuty()
    for order in 0..<4 { try duty.take(16, at: Self.now.advanced(by: .seconds(order * 60))) }
    expectRefusal("budget") { try duty.take(1, at: Self.now.advanced(by: .seconds(3_599))) }
    try duty.take(16, at: Self.now.advanced(by: .seconds(3_600)))
    expectRefusal("budget") { try duty.take(1, at: Self.now.advanced(by: .seconds(3_600))) }
  }

  /// A clock set back gives no names away: the names of an hour around count.
  @Test func aClockSetBackForgetsNothing() throws {
    var duty = UnsealDuty()
    try duty.take(UnsealDuty.mostAnHour, at: Self.now)
    expectRefusal("budget") { try duty.take(1, at: Self.now.advanced(by: .seconds(-1_800))) }
  }
}
