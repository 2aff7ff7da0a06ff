package import CordonCore

/// A time as a wall clock shows it: without a zone, and maybe without a year.
package struct LocalTime: Hashable, Sendable {
  package var year: Int?
  /// 1 to 12.
  package var month: Int
  /// 1 to 31.
  package var day: Int
  /// Since midnight.
  package var milliseconds: Int64

  package init(year: Int?, month: Int, day: Int, milliseconds: Int64) {
    self.year = year
    self.month = month
    self.day = day
    self.milliseconds = milliseconds
  }

  /// The moment in a year, for a clock so many seconds ahead of UTC; nil before 1970, by UTC too, and after 2261.
  func moment(year: Int, offset: Int) -> Timestamp? {
    guard (1970...2261).contains(year) else { return nil }
    let moment = MomentText.days(year, month, day) * 86_400_000 + milliseconds - Int64(offset) * 1000
    return moment < 0 ? nil : Timestamp(milliseconds: moment)
  }
}

/// Works out when it was by the clock of a machine, given the rules of its zone and the moment at which it was read.
///
/// - *Year*: the latest in which the time is not more than a day ahead of the reading. A line that is read years later
///   is taken for the last year's: nothing in it says otherwise.
/// - *The hour that comes twice* when the clocks go back: the first of the two that is not before what was read before it.
/// - *The hour that never was* when they go forward: as if they had not.
package struct LocalClock: Sendable {
  /// How far a clock may be ahead of the reading's.
  private static let ahead = Duration.seconds(86_400)
  /// How far lines may be out of order.
  private static let disorder = Duration.seconds(300)
  /// Offsets change at quarters of an hour, nowhere in between.
  private static let quarter: Int64 = 900_000
  private static let cacheLimit = 64

  private let offset: @Sendable (Timestamp) -> Int
  private var known: [Int64: Int] = [:]
  private var newest = Timestamp.epoch

  /// - Parameter offset: seconds that the clock is ahead of UTC at a moment.
  package init(offset: @escaping @Sendable (Timestamp) -> Int) { self.offset = offset }

  /// Nil for a date of no year that could be meant.
  package mutating func moment(of time: LocalTime, readAt now: Timestamp) -> Timestamp? {
    guard let year = time.year ?? Self.year(of: time, readAt: now), let plain = time.moment(year: year, offset: 0)
    else {
      return nil
    }
    let before = offset(near: plain.advanced(by: .seconds(-43_200)))
    let after = offset(near: plain.advanced(by: .seconds(43_200)))
    var found = plain.advanced(by: .seconds(-before))
    if before != after {
      let late = plain.advanced(by: .seconds(-after))
      let isEarlyRight = offset(near: found) == before
      let isLateRight = offset(near: late) == after
      let isAmbiguous = isEarlyRight && isLateRight
      if !isEarlyRight && isLateRight || isAmbiguous && found.advanced(by: Self.disorder) < newest { found = late }
    }
    guard found >= .epoch else { return nil }
    if found > newest, found <= now.advanced(by: Self.ahead) { newest = found }
    return found
  }

  private static func year(of time: LocalTime, readAt now: Timestamp) -> Int? {
    let limit = now.advanced(by: ahead)
    let estimate = 1970 + Int(now.milliseconds / 31_556_952_000)
    // Eight years back is as far as a 29th of February may be.
    for year in stride(from: estimate + 1, through: estimate - 9, by: -1) {
      if time.month == 2, time.day == 29, !isLeap(year) { continue }
      if let moment = time.moment(year: year, offset: 0), moment <= limit { return year }
    }
    return nil
  }

  private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  private mutating func offset(near time: Timestamp) -> Int {
    let slot = time.milliseconds / Self.quarter
    if let seconds = known[slot] { return seconds }
    if known.count >= Self.cacheLimit { known.removeAll(keepingCapacity: true) }
    let seconds = offset(time)
    known[slot] = seconds
    return seconds
  }
}
