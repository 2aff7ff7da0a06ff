import CordonCore
import CordonTelemetry
import CordonTestSupport
import Glibc
import Testing

/// Each record counts once: whatever a reader has taken in for good is not read again, and everything else is.
@Suite struct TrailResumptionTests {
  typealias Files = EHRSourceTests

  static func source(_ paths: [String], care: [String] = []) -> EHRSource {
    var settings = EHRSourceTests.settings(paths, care: care)
    settings.awaitsReader = true
    return EHRSource(settings: settings)
  }

  /// What a reader takes: records, and how far they go.
  static func batch(_ source: EHRSource, _ count: Int) async throws -> SensorBatch {
    var all = SensorBatch(sensor: EHRSensor.name)
    for _ in 0..<1000 where all.records.count < count || all.progress.isEmpty {
      if let batch = source.queue.drain(most: count - all.records.count) {
        all.records += batch.records
        all.progress += batch.progress
      } else {
        try await Task.sleep(for: .milliseconds(5))
      }
    }
    return all
  }

  static func lines(_ batch: SensorBatch) -> [String] { batch.records.map { String(decoding: $0, as: UTF8.self) } }

  @Test func `nothing is read before the reader speaks, and nothing waits once it is gone`() async throws {
    try await withTemporaryFolder { folder in
      let trail = "\(folder)/trail.ndjson"
      try Files.write("{\"a\":1}\n", to: trail)
      let source = Self.source([trail])
      try source.start()
      defer { source.stop() }
      try await Task.sleep(for: .milliseconds(50))
      #expect(source.queue.drain() == nil)
      source.resume(from: [])
      #expect(try await Files.records(source, 1) == ["{\"a\":1}"])
      try Files.write("{\"a\":2}\n", to: trail)
      for _ in 0..<1000 where source.queue.totals.read < 2 { try await Task.sleep(for: .milliseconds(5)) }
      source.pause()
      #expect(source.queue.drain() == nil)
      #expect(source.health.dropped == 0)
    }
  }

  @Test func `another reader gets what the one before had not taken in`() async throws {
    try await withTemporaryFolder { folder in
      let (trail, care) = ("\(folder)/trail.ndjson", "\(folder)/care.ndjson")
      try Files.write("{\"c\":1}\n", to: care)
      try Files.write("{\"a\":1}\n{\"a\":2}\n{\"a\":", to: trail)
      let source = Self.source([trail], care: [care])
      try source.start()
      defer { source.stop() }
      source.resume(from: [])
      let first = try await Self.batch(source, 3)
      #expect(Self.lines(first) == ["{\"c\":1}", "{\"a\":1}", "{\"a\":2}"])
      try Files.write("3}\n{\"a\":4}\n", to: trail)
      _ = try await Files.records(source, 2)
      source.pause()
      source.resume(from: first.progress)
      #expect(try await Files.records(source, 3) == ["{\"c\":1}", "{\"a\":3}", "{\"a\":4}"])
    }
  }

  @Test func `the end of a file that was renamed away meanwhile is not lost`() async throws {
    try await withTemporaryFolder { folder in
      let (trail, spool) = ("\(folder)/trail.ndjson", "\(folder)/spool")
      mkdir(spool, 0o700)
      try Files.write("{\"a\":1}\n{\"a\":2}\n", to: trail)
      try Files.write("{\"s\":1}\n", to: "\(spool)/1.log")
      let source = Self.source([trail, spool])
      try source.start()
      source.resume(from: [])
      let taken = try await Self.batch(source, 3)
      source.stop()
      try Files.write("{\"a\":3}\n{\"a\":4}", to: trail)
      try Files.write("{\"s\":2}\n", to: "\(spool)/1.log")
      rename(trail, "\(trail).1")
      rename("\(spool)/1.log", "\(spool)/1.log.1")
      try Files.write("{\"b\":1}\n", to: trail)
      try Files.write("{\"stranger\":1}\n", to: "\(folder)/other.ndjson")
      let again = Self.source([trail, spool])
      try again.start()
      defer { again.stop() }
      again.resume(from: taken.progress)
      let rest = try await Self.batch(again, 4)
      #expect(Self.lines(rest).sorted() == ["{\"a\":3}", "{\"a\":4}", "{\"b\":1}", "{\"s\":2}"])
      again.pause()
      again.resume(from: taken.progress + rest.progress)
      try await Task.sleep(for: .milliseconds(50))
      #expect(again.queue.drain() == nil)
    }
  }

  @Test func `a file that came and went before anything of it was taken in is read too, an old one is not`()
    async throws
  {
    try await withTemporaryFolder { folder in
      let trail = "\(folder)/trail.ndjson"
      try Files.write("{\"old\":1}\n", to: "\(trail).old")
      try Files.write("{\"a\":1}\n", to: trail)
      let source = Self.source([trail])
      try source.start()
      source.resume(from: [])
      let taken = try await Self.batch(source, 1)
      #expect(Self.lines(taken) == ["{\"a\":1}"])
      source.stop()
      try Files.write("{\"a\":2}\n", to: trail)
      rename(trail, "\(trail).1")
      try Files.write("{\"b\":1}\n", to: trail)
      rename(trail, "\(trail).2")
      try Files.write("{\"c\":1}\n", to: trail)
      let again = Self.source([trail])
      try again.start()
      defer { again.stop() }
      again.resume(from: taken.progress)
      let rest = try await Self.batch(again, 3)
      #expect(Self.lines(rest) == ["{\"a\":2}", "{\"b\":1}", "{\"c\":1}"])
    }
  }

  @Test func `a copy of what was read already is known as such`() async throws {
    try await withTemporaryFolder { folder in
      let trail = "\(folder)/trail.ndjson"
      try Files.write("{\"a\":1}\n{\"a\":2}\n", to: trail)
      let source = Self.source([trail])
      try source.start()
      defer { source.stop() }
      source.resume(from: [])
      var taken = try await Self.batch(source, 2)
      try Files.write("{\"a\":1}\n{\"a\":2}\n", to: "\(trail).1")
      try Files.write("{\"b\":1}\n", to: trail, flags: O_TRUNC)
      taken.progress += try await Self.batch(source, 1).progress
      try await Task.sleep(for: .milliseconds(50))
      taken.progress += source.queue.drain()?.progress ?? []
      source.pause()
      source.resume(from: taken.progress)
      try Files.write("{\"b\":2}\n", to: trail)
      #expect(try await Files.records(source, 1) == ["{\"b\":2}"])
      try await Task.sleep(for: .milliseconds(50))
      #expect(source.queue.drain()?.records ?? [] == [])
    }
  }

  /// As logrotate's `copytruncate` does it.
  @Test func `what was cut off before it was read is read from its copy`() async throws {
    try await withTemporaryFolder { folder in
      let trail = "\(folder)/trail.ndjson"
      try Files.write("{\"b\":1}\n", to: "\(trail).0")
      try Files.write("{\"a\":1}\n", to: trail)
      let source = Self.source([trail])
      try source.start()
      defer { source.stop() }
      source.resume(from: [])
      let taken = try await Self.batch(source, 1)
      source.pause()
      try Files.write("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", to: "\(trail).1")
      try Files.write("{\"c\":7}\n", to: trail, flags: O_TRUNC)
      source.resume(from: taken.progress)
      #expect(try await Files.records(source, 3).sorted() == ["{\"a\":2}", "{\"a\":3}", "{\"c\":7}"])
    }
  }

  /// A reader that dies at any moment, a trail that is written, renamed and cut off meanwhile: each record is taken once.
  @Test(arguments: 0..<3) func `each record is taken in once, however often the reader dies`(seed: Int) async throws {
    var randomness = SeededRandomness(seed: UInt64(seed))
    try await withTemporaryFolder { folder in
      let trail = "\(folder)/trail.ndjson"
      let source = Self.source([trail])
      try Files.write("{\"n\":0}\n", to: trail)
      try source.start()
      defer { source.stop() }
      source.resume(from: [])
      var (taken, progress, written) = ([String](), [UInt8](), 1)
      var waiting = SensorBatch(sensor: EHRSensor.name)
      func take(commits: Bool) {
        while let batch = source.queue.drain() {
          waiting.records += batch.records
          waiting.progress += batch.progress
        }
        guard commits else { return }
        taken += Self.lines(waiting)
        progress += waiting.progress
        waiting = SensorBatch(sensor: EHRSensor.name)
      }
      func die() {
        source.pause()
        waiting = SensorBatch(sensor: EHRSensor.name)
        source.resume(from: progress)
      }
      for _ in 0..<1000 where taken.isEmpty {
        try await Task.sleep(for: .milliseconds(5))
        take(commits: true)
      }
      for round in 0..<60 {
        let count = Int.random(in: 1...9, using: &randomness)
        let text = (written..<(written + count)).map { "{\"n\":\($0)}\n" }.joined()
        written += count
        try Files.write(text, to: trail)
        // Long enough for a look: what comes and goes between two of them is another test's.
        try await Task.sleep(for: .milliseconds(40))
        switch Int.random(in: 0..<6, using: &randomness) {
        case 0:
          rename(trail, "\(trail).\(round)")
          try Files.write("", to: trail)
        case 1:
          var bytes: [UInt8] = []
          if let all = try SmallFile.read(trail, most: 1 << 20) { bytes = all }
          try Files.write(String(decoding: bytes, as: UTF8.self), to: "\(trail).\(round)")
          truncate(trail, 0)
        default: break
        }
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...15, using: &randomness)))
        take(commits: Bool.random(using: &randomness))
        guard Int.random(in: 0..<3, using: &randomness) == 0 else { continue }
        die()
      }
      die()
      for _ in 0..<400 where Set(taken).count < written {
        try await Task.sleep(for: .milliseconds(5))
        take(commits: true)
      }
      try await Task.sleep(for: .milliseconds(50))
      take(commits: true)
      #expect(taken.count == written && Set(taken).count == written, "\(taken.count) of \(written)")
    }
  }

  @Test func `of too many files the newest by name are read, and a note says so`() async throws {
    try await withTemporaryFolder { folder in
      for number in 0..<1030 {
        try Files.write("{\"n\":\(10_000 + number)}\n", to: "\(folder)/\(10_000 + number).json")
      }
      let source = Self.source([folder])
      try source.start()
      defer { source.stop() }
      source.resume(from: [])
      let batch = try await Self.batch(source, 1023)
      #expect(Self.lines(batch).first == "{\"n\":10007}" && Self.lines(batch).last == "{\"n\":11029}")
      #expect(try await Files.noted(source, "the 7 oldest by name are not read"))
      try Files.write("{\"n\":2}\n", to: "\(folder)/20000.json")
      #expect(try await Files.records(source, 1) == ["{\"n\":2}"])
    }
  }
}
