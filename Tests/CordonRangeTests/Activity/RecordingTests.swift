import CordonCore
import CordonRange
import Testing

/// Nothing may be tuned on independent noise: the made-up activity is seasonal, bursty and unlike between people.
@Suite struct RecordingTests {
  static let seeds: [UInt64] = [1, 19]

  /// Counts of what people do, by whom, in steps of so many minutes.
  struct Counts {
    var byPerson: [[Double]]
    var calendar: HospitalCalendar

    init(_ recording: Recording, minutes: Int64) {
      calendar = recording.hospital.calendar
      let steps = calendar.days * 24 * 60 / Int(minutes)
      var counts = [[Double]](
        repeating: [Double](repeating: 0, count: steps), count: recording.hospital.staff.count)
      let start = calendar.start
      recording.forEachDay { _, activity in
        for event in activity.machine {
          guard let person = event.person else { continue }
          counts[person][Int(event.time.since(start).milliseconds / (60_000 * minutes))] += 1
        }
      }
      byPerson = counts
    }

    var site: [Double] { byPerson[0].indices.map { step in byPerson.map { $0[step] }.reduce(0, +) } }
  }

  static func correlation(_ left: [Double], _ right: [Double]) -> Double {
    let count = Double(left.count)
    let (leftMean, rightMean) = (left.reduce(0, +) / count, right.reduce(0, +) / count)
    let products = zip(left, right).map { ($0 - leftMean) * ($1 - rightMean) }.reduce(0, +)
    let leftSquares = left.map { ($0 - leftMean) * ($0 - leftMean) }.reduce(0, +)
    let rightSquares = right.map { ($0 - rightMean) * ($0 - rightMean) }.reduce(0, +)
    return products / (leftSquares * rightSquares).squareRoot()
  }

  private static func quiet(_ seed: UInt64, days: Int = 14, goLive: Int? = nil) throws -> Recording {
    try Recording(HospitalSettings(seed: seed, days: days, attacks: [], goLive: goLive))
  }

  @Test(arguments: seeds) func eventsAreInOrderAndInTheirDay(_ seed: UInt64) throws {
    let recording = try Self.quiet(seed)
    var days: [Int] = []
    recording.forEachDay { day, activity in
      days.append(day)
      let times = activity.machine.map(\.time)
      #expect(times == times.sorted())
      #expect(times.allSatisfy { recording.hospital.calendar.day(of: $0) == day })
      #expect(activity.records.allSatisfy { recording.hospital.calendar.day(of: $0.time) == day })
    }
    #expect(days == Array(0..<14))
  }

  /// One week's hours foretell the next's; nights are quieter than mornings.
  @Test(arguments: seeds) func activityFollowsTheHourOfTheWeek(_ seed: UInt64) throws {
    let hours = Counts(try Self.quiet(seed), minutes: 60).site
    let season = Self.correlation(Array(hours[..<168]), Array(hours[168...]))
    #expect(season > 0.6)
    let weekdays = [0, 1, 2, 3, 4, 7, 8, 9, 10, 11]
    let morning = weekdays.map { hours[$0 * 24 + 9] }.reduce(0, +)
    let night = weekdays.map { hours[$0 * 24 + 3] }.reduce(0, +)
    #expect(morning > 4 * night)
    #expect(night > 0)
    let weekend = hours[(5 * 24)..<(7 * 24)].reduce(0, +) + hours[(12 * 24)..<(14 * 24)].reduce(0, +)
    #expect(weekend / 4 < 0.6 * (hours.reduce(0, +) - weekend) / 10)
  }

  /// A quarter of an hour foretells the next within a shift, beyond what being at work and the person explain.
  @Test(arguments: seeds) func workComesInBursts(_ seed: UInt64) throws {
    let recording = try Self.quiet(seed)
    let counts = Counts(recording, minutes: 15)
    let step: Int64 = 15 * 60_000
    var now: [Double] = []
    var next: [Double] = []
    for person in recording.hospital.staff {
      let shifts = (0..<12).compactMap { recording.hospital.roster.shift(of: person, on: $0) }.map { shift in
        let start = Int(shift.start.since(counts.calendar.start).milliseconds / step) + 1
        return counts.byPerson[person.index][start..<Int(shift.end.since(counts.calendar.start).milliseconds / step)]
      }
      let mean = shifts.joined().reduce(0, +) / Double(shifts.joined().count)
      now += shifts.flatMap { $0.dropLast() }.map { $0 / mean }
      next += shifts.flatMap { $0.dropFirst() }.map { $0 / mean }
    }
    #expect(Self.correlation(now, next) > 0.3)
  }

  /// Far from Poisson, whose variance is its mean.
  @Test(arguments: seeds) func minutesAreOverdispersed(_ seed: UInt64) throws {
    let counts = Counts(try Self.quiet(seed), minutes: 1)
    for person in counts.byPerson where person.reduce(0, +) > 0 {
      let busy = person.filter { $0 > 0 }.count
      #expect(Double(busy) < 0.2 * Double(person.count))
      let mean = person.reduce(0, +) / Double(person.count)
      let variance = person.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(person.count)
      #expect(variance > 2 * mean)
    }
  }

  @Test(arguments: seeds) func fewPeopleMakeMuchOfIt(_ seed: UInt64) throws {
    let totals = Counts(try Self.quiet(seed), minutes: 60).byPerson.map { $0.reduce(0, +) }.sorted()
    #expect(totals[19] > 1.5 * totals[10])
    #expect(totals[19] > 3 * totals[2])
  }

  /// A new EHR client changes the level from its day on, and nothing before it.
  @Test(arguments: seeds) func goLiveShiftsWhatIsUsual(_ seed: UInt64) throws {
    let before = Counts(try Self.quiet(seed), minutes: 60)
    let after = Counts(try Self.quiet(seed, goLive: 7), minutes: 60)
    let day = 7 * 24
    #expect(before.site[..<day] == after.site[..<day])
    let ratio = after.site[day...].reduce(0, +) / before.site[day...].reduce(0, +)
    #expect(ratio > 1.5)
    #expect(ratio < 4)
  }
}
