import CordonAgent
import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

/// A gateway's worker that is killed at any moment: what it spools counts each access of a trail once.
@Suite struct TrailIntakeTests {
  typealias Support = WorkerSupport

  /// The trail's accesses as a source hands them on, three records each, with how far that goes.
  static func batch(_ range: Range<Int>) -> SensorBatch {
    var batch = SensorBatch(sensor: EHRSensor.name)
    for number in range {
      batch.records += Support.trail(["\(number)"], from: Int64(number) * 15_000).records
    }
    batch.progress = Array("1 1 \(range.upperBound) 0 0\n".utf8)
    return batch
  }

  static func offset(_ progress: [UInt8]) -> Int {
    String(decoding: progress, as: UTF8.self).split(separator: " ").dropFirst(2).first.flatMap { Int($0) } ?? 0
  }

  /// What is on disk: one commit takes the records and what was taken in for them, or nothing.
  struct Disk {
    var windows: [EntityWindow] = []
    var intake = Intake()

    mutating func commit(_ output: WorkerOutput) {
      windows += WorkerPipelineTests.windows(output)
      if let intake = output.intake { self.intake = intake }
    }

    mutating func restart() {
      windows += intake.unfinished
      intake.unfinished = []
    }
  }

  @Test(arguments: 0..<20) func `each access counts once, whenever the worker dies`(seed: Int) throws {
    var randomness = SeededRandomness(seed: UInt64(seed))
    var disk = Disk()
    var (now, read, kills) = (Int64(0), 0, 0)
    let total = 200
    var pipeline = try Support.pipeline(gateway: true)
    while read < total {
      let next = min(total, read + Int.random(in: 1...8, using: &randomness))
      now = max(now, Int64(next) * 15_000) + Int64.random(in: 0...3_000, using: &randomness)
      disk.commit(pipeline.ingest(Self.batch(read..<next), at: Support.at(now)))
      read = next
      let output = pipeline.tick(at: Support.at(now))
      // Killed before this commit, or after it; in either case what is not on disk is gone.
      let isKilled = Int.random(in: 0..<6, using: &randomness) == 0
      if !isKilled || Bool.random(using: &randomness) { disk.commit(output) }
      guard isKilled else { continue }
      kills += 1
      disk.restart()
      read = Self.offset(disk.intake.progress)
      pipeline = try Support.pipeline(gateway: true, progress: disk.intake.progress)
    }
    disk.commit(pipeline.finish(at: Support.at(now)))
    #expect(disk.intake.unfinished.isEmpty && Self.offset(disk.intake.progress) == total)
    let accesses = disk.windows.filter { $0.schema == FeatureSchema.userAtEHR.id }.reduce(0) { $0 + $1.observations }
    #expect(accesses == 3 * UInt32(total), "\(kills) kills")
    #expect(kills > 0)
  }

  @Test func `nothing is written down where nothing was taken in, nor too often`() throws {
    var pipeline = try Support.pipeline(gateway: true)
    #expect(pipeline.tick(at: Support.at(0)).intake == nil)
    _ = pipeline.ingest(Self.batch(0..<1), at: Support.at(1000))
    #expect(pipeline.tick(at: Support.at(1000)).intake?.unfinished.count == 1)
    _ = pipeline.ingest(Self.batch(1..<2), at: Support.at(2000))
    #expect(pipeline.tick(at: Support.at(5999)).intake == nil)
    #expect(pipeline.tick(at: Support.at(6100)).intake?.unfinished.map(\.observations) == [6])
    #expect(pipeline.tick(at: Support.at(60_000)).intake == nil)
  }
}
