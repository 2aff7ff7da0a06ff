import CordonCore
import CordonTelemetry
import Testing

@testable import CordonAgent

/// A capture that comes in pieces, as from a pipe, is what it is whole.
@Suite struct RecordedCaptureTests {
  /// Ten minutes of questions for names, one a second.
  static let file: [UInt8] = {
    let packet = WireTraffic.question("pacs.ward.example")
    return WireTraffic.pcap((0..<600).map { (WorkerSupport.at(1000 * Int64($0)), packet) })
  }()

  static func windows(cut: Int) throws -> (windows: [EntityWindow], lost: UInt64, now: Timestamp) {
    var pipeline = try WorkerSupport.pipeline()
    var (capture, now) = (RecordedCapture(), Timestamp.epoch)
    var outputs: [WorkerOutput] = []
    for start in stride(from: 0, to: file.count, by: cut) {
      outputs += capture.take(Array(file[start..<min(start + cut, file.count)]), into: &pipeline, now: &now)
    }
    outputs.append(pipeline.finish(at: now))
    let windows = outputs.flatMap(\.records).compactMap { if case .window(let window) = $0 { window } else { nil } }
    return (
      windows.sorted { ($0.start, $0.entity.pseudonym.description) < ($1.start, $1.entity.pseudonym.description) },
      capture.lost, now
    )
  }

  @Test(arguments: [100, 1000, 65_536]) func `any pieces give the same windows, in the recording's own time`(cut: Int)
    throws
  {
    let (windows, lost, now) = try Self.windows(cut: cut)
    #expect(lost == 0)
    #expect(now == WorkerSupport.at(599_000))
    #expect(Set(windows.map(\.start)).count == 10)
    let position = try #require(FeatureSchema.deviceAtWire.index(of: 511))
    #expect(windows.reduce(0) { $0 + $1.features[position] } == 600, "every question counts once")
  }

  @Test func `the rest of a capture without its head is lost, and said so`() throws {
    var pipeline = try WorkerSupport.pipeline()
    var (capture, now) = (RecordedCapture(), Timestamp.epoch)
    let outputs = capture.take(Array(Self.file[5000..<9000]), into: &pipeline, now: &now)
    #expect(outputs.isEmpty && capture.lost == 1 && now == .epoch)
  }

  @Test func `a capture is known by its first four bytes`() {
    #expect(RecordedCapture.begins(Self.file[...]))
    #expect(!RecordedCapture.begins(Array("type=SYSCALL".utf8)[...]))
    #expect(!RecordedCapture.begins([0xA1, 0xB2, 0xC3]))
  }
}
