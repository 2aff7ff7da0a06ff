package import CordonCore

/// An entity's greatest score at one scale on one day of the site: what agents report for calibration.
package struct DailyMaximum: Hashable, Sendable {
  package var entity: EntityRef
  package var scale: Scale
  /// Days since 1970-01-01 in the site's time.
  package var day: Int32
  package var score: Double

  package init(entity: EntityRef, scale: Scale, day: Int32, score: Double) {
    self.entity = entity
    self.scale = scale
    self.day = day
    self.score = score
  }

  /// The site's day that holds a moment; `offset` is in seconds ahead of UTC.
  package static func day(of time: Timestamp, offset: Int = 0) -> Int32 {
    Int32(
      clamping: (time.milliseconds.flooredDivision(by: 1000) &+ Int64(clamping: offset)).flooredDivision(by: 86_400))
  }
}

/// Follows one entity's daily maxima at several scales.
///
/// A day is reported once a later one begins. A score of a day that was reported already (a late file) is reported by
/// itself: the collector keeps the greater.
package struct DailyMaximumTracker: Hashable, Sendable {
  package let entity: EntityRef
  package let scales: [Scale]
  private var day: Int32?
  private var greatest: [Double]

  package init(entity: EntityRef, scales: [Scale] = Scale.onAgent) {
    self.entity = entity
    self.scales = scales
    greatest = [Double](repeating: -.infinity, count: scales.count)
  }

  /// Takes in the scores of one window, one a scale; what is now final, if anything.
  package mutating func observe(_ scores: [Double], day: Int32) -> [DailyMaximum] {
    precondition(scores.count == scales.count, "a window has one score a scale")
    guard let current = self.day, current != day else {
      self.day = day
      for index in scores.indices { greatest[index] = max(greatest[index], scores[index]) }
      return []
    }
    if day < current {
      return zip(scales, scores).map { DailyMaximum(entity: entity, scale: $0, day: day, score: $1) }
    }
    let finished = zip(scales, greatest).map { DailyMaximum(entity: entity, scale: $0, day: current, score: $1) }
    self.day = day
    greatest = scores
    return finished
  }
}
