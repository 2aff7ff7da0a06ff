import CordonContainment
import CordonCore
import CordonTestSupport
import Testing

@Suite struct LeaseTests {
  static let lease = Lease(granted: Sample.start, length: .seconds(600))

  /// Within the boot, only the boot's clock counts: setting the wall clock neither extends nor ends a lease.
  @Test(arguments: [-86_400, -1, 0, 1, 86_400]) func wallClockDoesNotCountWithinABoot(shift: Int64) {
    let clock = FakeMoments()
    clock.advance(by: .seconds(599))
    clock.setWall(clock.now.wall.advanced(by: .seconds(shift)))
    #expect(Self.lease.remaining(at: clock.now) == .seconds(1))
    clock.advance(by: .seconds(1))
    #expect(Self.lease.remaining(at: clock.now) == .zero)
  }

  @Test(arguments: [
    // Wall time since the grant, time to go.
    (0, 600), (300, 300), (599, 1), (600, 0), (601, 0), (86_400 * 400, 0),
    // The clock was set back: never longer than granted.
    (-1, 600), (-86_400, 600),
  ])
  func wallClockCountsAcrossBoots(since: Int64, left: Int64) {
    let clock = FakeMoments()
    clock.restart(as: "another boot", wall: Sample.start.wall.advanced(by: .seconds(since)))
    #expect(Self.lease.remaining(at: clock.now) == .seconds(left))
  }

  @Test func hasALongest() {
    #expect(Lease(granted: Sample.start, length: Lease.longest).length == Lease.longest)
    #expect(Lease(granted: Sample.start, length: Lease.longest + .seconds(1)).length == Lease.longest)
    #expect(Lease(granted: Sample.start, length: .seconds(-1)).length == .zero)
  }

  @Test(arguments: [Int64.min, -1, 0, 1, Int64.max]) func hostileTimesDoNotTrap(milliseconds: Int64) {
    let moment = Moment(wall: Timestamp(milliseconds: milliseconds), sinceBoot: milliseconds, bootID: "x")
    let other = Moment(wall: Timestamp(milliseconds: 0 &- milliseconds), sinceBoot: 0, bootID: "x")
    for lease in [Lease(granted: moment, length: .seconds(5)), Lease(granted: other, length: Lease.longest)] {
      #expect(lease.remaining(at: other) <= Lease.longest)
      #expect(lease.remaining(at: Sample.start) >= .zero)
      _ = lease.end(at: moment)
    }
  }
}
