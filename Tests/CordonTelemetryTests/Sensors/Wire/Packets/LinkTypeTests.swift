import CordonTelemetry
import Testing

@Suite struct LinkTypeTests {
  @Test func `the registry's numbers are known, others are not read`() {
    for number in [12, 14, 101, 228, 229] as [UInt32] { #expect(LinkType(registered: number) == .raw) }
    #expect(LinkType(registered: 1) == .ethernet)
    #expect(LinkType(registered: 108) == .loopback)
    #expect(LinkType(registered: 113) == .cooked)
    #expect(LinkType(registered: 276) == .cooked2)
    // Radio, serial, and what does not fit.
    for number in [105, 50, 65_637] as [UInt32] { #expect(LinkType(registered: number) == nil) }
  }
}
