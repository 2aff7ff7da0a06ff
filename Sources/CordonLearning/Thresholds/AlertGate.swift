import CordonCore

/// Lets one entity alert at most once a scale and episode: what the calibration counted.
///
/// Days in a row on which a scale passes its threshold are one episode. Its first passing alerts; the first of each later
/// day says that it goes on, so that an incident can take it in, and is no alert of its own. Memory: 5 bytes a scale.
package struct AlertGate: Hashable, Sendable {
  package enum Decision: Hashable, Sendable {
    case silent
    /// The first of an episode.
    case alert
    /// A further day of an episode that was alerted already.
    case continuation
  }

  /// One a scale: the site's day on which it last passed; nil before the first.
  private var lastPassed: [Int32?]

  /// Gates so many scales.
  package init(scales: Int) { lastPassed = [Int32?](repeating: nil, count: scales) }

  /// Decides for one window.
  ///
  /// - Parameters:
  ///   - score: of the scale, after the window; it passes above the threshold, not at it.
  ///   - scale: position of the scale.
  ///   - day: of the site; a day before the last that passed never alerts.
  package mutating func decide(_ score: Double, threshold: Double, scale: Int, day: Int32) -> Decision {
    guard score > threshold else { return .silent }
    guard let last = lastPassed[scale] else {
      lastPassed[scale] = day
      return .alert
    }
    guard day > last else { return .silent }
    lastPassed[scale] = day
    return day == last &+ 1 ? .continuation : .alert
  }
}

extension AlertGate {
  private static let none = Int32.min

  func encode(to writer: inout StateWriter) {
    writer.put(UInt8(lastPassed.count))
    for last in lastPassed { writer.put(last ?? Self.none) }
  }

  /// Restores so many scales; throws `malformed-state` for another number.
  init(scales: Int, from reader: inout StateReader) throws(CordonError) {
    self.init(scales: scales)
    guard Int(try reader.integer(UInt8.self)) == scales else { throw StateReader.malformed }
    for index in 0..<scales {
      let last = try reader.integer(Int32.self)
      lastPassed[index] = last == Self.none ? nil : last
    }
  }
}
