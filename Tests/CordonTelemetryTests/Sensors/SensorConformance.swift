import CordonCore
import CordonTelemetry
import CordonTestSupport
import Testing

/// What every sensor must do, whatever it reads: the written contract of `Sensor`, as checks.
struct SensorConformance<Subject: Sensor> {
  var sensor: Subject
  /// A recorded file of at least three observations.
  var recording: [UInt8]
  /// How many observations it holds.
  var count: Int

  func observations(of records: [[UInt8]], by parser: inout Subject.Parser) -> [Observation] {
    var found: [Observation] = []
    for record in records { parser.parse(record, arrived: FakeClock.start, into: &found) }
    parser.finish(into: &found)
    return found
  }

  func checkAll() {
    replayIsWhole()
    anyBeginningIsHarmless()
    damageIsCountedAndBounded()
    needsAreSaid()
    sourceIsNamedAndStopped()
  }

  func replayIsWhole() {
    let batch = Subject.records(inReplay: recording)
    #expect(batch.sensor == Subject.name)
    #expect(batch.dropped == 0)
    var parser = sensor.makeParser()
    let found = observations(of: batch.records, by: &parser)
    #expect(found.count == count)
    #expect(parser.counters.observations == UInt64(count))
    #expect(parser.counters.records == UInt64(batch.records.count))
    #expect(parser.counters.malformed == 0)
    for observation in found { #expect(observation.source == Subject.name) }
    var again = sensor.makeParser()
    #expect(observations(of: batch.records, by: &again) == found)
  }

  /// A parser that begins in the middle of a stream never makes up what it did not see.
  func anyBeginningIsHarmless() {
    let records = Subject.records(inReplay: recording).records
    for start in records.indices {
      var parser = sensor.makeParser()
      #expect(observations(of: Array(records[start...]), by: &parser).count <= count)
    }
  }

  func damageIsCountedAndBounded() {
    var randomness = SeededRandomness(seed: 2024)
    let records = Subject.records(inReplay: recording).records
    var parser = sensor.makeParser()
    var found: [Observation] = []
    for round in 0..<2000 {
      var record = records[round % records.count]
      for _ in 0..<Int.random(in: 1...8, using: &randomness) where !record.isEmpty {
        record[Int.random(in: record.indices, using: &randomness)] = UInt8.random(in: .min ... .max, using: &randomness)
      }
      if Bool.random(using: &randomness) { record.removeLast(Int.random(in: 0...record.count, using: &randomness)) }
      parser.parse(record, arrived: FakeClock.start, into: &found)
    }
    parser.finish(into: &found)
    #expect(parser.counters.records == 2000)
    #expect(parser.counters.malformed > 0)
    #expect(found.count <= 4000)
    for observation in found {
      switch observation.object {
      case .file(let file): #expect(file.path.count <= CanonicalName.pathLimit)
      case .renamed(let from, let file): #expect(from.count + file.path.count <= 2 * CanonicalName.pathLimit)
      case .module(let name): #expect(name.utf8.count <= 3 * CanonicalName.pathLimit)
      case .program(let program):
        #expect(program.arguments.count <= StartedProgram.mostArgumentBytes + 1)
        #expect(program.workingFolder.count <= CanonicalName.pathLimit)
      case .access(let access):
        #expect(access.patients.count <= EHRAccess.patientLimit)
        #expect(access.origin.utf8.count <= CanonicalName.partLimit)
      case .ownAddresses(let addresses): #expect(addresses.count <= FrameBlock.addressLimit)
      default: break
      }
    }
  }

  func needsAreSaid() {
    #expect(!Subject.needs.isEmpty)
    for need in Subject.needs { #expect(!need.what.isEmpty && !need.why.isEmpty) }
  }

  func sourceIsNamedAndStopped() {
    let source = sensor.makeSource()
    #expect(source.name == Subject.name)
    #expect(source.queue.sensor == Subject.name)
    #expect(source.health.state == .stopped)
    // Stopping what does not run is fine, any number of times.
    source.stop()
    source.stop()
    #expect(!source.health.isRunning)
  }
}
