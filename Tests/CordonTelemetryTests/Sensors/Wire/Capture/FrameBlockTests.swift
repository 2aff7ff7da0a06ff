import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct FrameBlockTests {
  @Test func `frames come back as they went in`() {
    let record = WireSamples.record([[1, 2, 3], []])
    var frames: [CapturedFrame] = []
    #expect(FrameBlock.forEachFrame(of: record) { frames.append($0) })
    #expect(frames.map { Array(record[$0.range]) } == [[1, 2, 3], []])
    #expect(frames.map(\.time) == [FakeClock.start, FakeClock.start.advanced(by: .milliseconds(1))])
    #expect(frames.map(\.link) == [.raw, .raw])
  }

  @Test func `a long frame is cut, and its length is still told`() {
    let long = [UInt8](repeating: 7, count: FrameBlock.frameLimit + 100)
    let record = WireSamples.record([long])
    #expect(record.count <= FrameBlock.limit)
    var frame: CapturedFrame?
    #expect(FrameBlock.forEachFrame(of: record) { frame = $0 })
    #expect(frame?.range.count == FrameBlock.frameLimit)
    #expect(frame?.wireLength == long.count)
  }

  @Test func `a record that is cut anywhere is not whole`() {
    let record = WireSamples.record([[1, 2, 3], [4, 5]])
    let ends = [1, 1 + 18 + 3, record.count]
    for length in 0...record.count {
      #expect(FrameBlock.forEachFrame(of: Array(record[..<length])) { _ in } == ends.contains(length))
    }
  }

  @Test func `addresses come back, and nothing else is taken for them`() throws {
    let addresses = try ["10.0.0.5", "fd00::1"].map { try #require(IPAddress($0)) }
    #expect(FrameBlock.addresses(in: FrameBlock.addresses(addresses)) == addresses)
    #expect(FrameBlock.addresses(in: []) == nil)
    #expect(FrameBlock.addresses(in: WireSamples.record([[1]])) == nil)
    #expect(FrameBlock.addresses(in: [2, 5, 1, 2, 3, 4, 5]) == nil)
    #expect(FrameBlock.addresses(in: [2, 4, 1, 2]) == nil)
  }
}
