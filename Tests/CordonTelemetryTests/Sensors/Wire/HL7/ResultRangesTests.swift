import CordonCore
import CordonTelemetry
import Testing

@Suite struct ResultRangesTests {
  private static func isOutside(
    _ value: Double, code: UInt64 = 1, device: UInt64 = 1, of ranges: inout ResultRanges
  ) -> Bool { ranges.isOutside(HL7Result(code: code, value: value), of: device) }

  private static func learned(_ values: [Double]) -> ResultRanges {
    var ranges = ResultRanges()
    for value in values { _ = isOutside(value, of: &ranges) }
    return ranges
  }

  @Test(arguments: [
    (120.0, false), (135, false), (60, true), (500, true), (-120, true), (.infinity, true), (.nan, true),
  ])
  func `a value far from the device's own is outside`(value: Double, isOutside: Bool) {
    var ranges = Self.learned((0..<100).map { 100 + Double($0 % 30) })
    #expect(Self.isOutside(value, of: &ranges) == isOutside)
  }

  @Test func `a rate that never changed has a range of a tenth`() {
    var ranges = Self.learned(Array(repeating: 5, count: 100))
    #expect(!Self.isOutside(5.4, of: &ranges))
    #expect(Self.isOutside(6, of: &ranges))
  }

  @Test func `nothing is outside while a range is learnt, nor of another device or code`() {
    var ranges = Self.learned(Array(repeating: 5, count: Int(ResultRanges.learning) - 1))
    #expect(!Self.isOutside(5, of: &ranges))
    #expect(Self.isOutside(500, of: &ranges))
    #expect(!Self.isOutside(500, device: 2, of: &ranges))
    #expect(!Self.isOutside(500, code: 2, of: &ranges))
  }

  /// One odd value is told each time it comes, and moves nothing; a new setting is told, and then is the usual.
  @Test func `an odd value moves no range, a new setting does`() {
    var ranges = Self.learned(Array(repeating: 5, count: 100))
    for _ in 0..<50 {
      #expect(Self.isOutside(50, of: &ranges))
      #expect(!Self.isOutside(5, of: &ranges))
    }
    var told = 0
    for _ in 0..<60 where Self.isOutside(50, of: &ranges) { told += 1 }
    #expect(told == Int(ResultRanges.patience))
  }

  @Test func `ranges are bounded`() {
    var ranges = ResultRanges()
    for device in 0..<UInt64(5 * ResultRanges.limit) { _ = Self.isOutside(1, device: device, of: &ranges) }
    #expect(ranges.count <= 2 * ResultRanges.limit)
  }
}
