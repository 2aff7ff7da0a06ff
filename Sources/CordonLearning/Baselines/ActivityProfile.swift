import CordonCore

/// When an entity is active: for each hour of the week, how many windows there were and how many held anything.
///
/// Two bytes an hour; an hour's counts are halved before they pass 255, so that older weeks fade.
package struct ActivityProfile: Hashable, Sendable {
  private var windows = [UInt8](repeating: 0, count: HourOfWeek.count)
  private var active = [UInt8](repeating: 0, count: HourOfWeek.count)

  package init() {}

  /// Windows remembered of an hour.
  package func windows(at hour: HourOfWeek) -> Int { Int(windows[hour.index]) }

  /// Those among them that held anything.
  package func active(at hour: HourOfWeek) -> Int { Int(active[hour.index]) }

  /// Counts windows of one hour, all active or all empty.
  package mutating func count(_ many: Int, isActive: Bool, at hour: HourOfWeek) {
    let index = hour.index
    // More than the bytes hold of one kind leaves nothing else to remember.
    for _ in 0..<min(many, 2 * Int(UInt8.max)) {
      if windows[index] == .max {
        windows[index] /= 2
        active[index] /= 2
      }
      windows[index] += 1
      if isActive { active[index] += 1 }
    }
  }

  func encode(to writer: inout StateWriter) {
    for byte in windows + active { writer.put(byte) }
  }

  init(from reader: inout StateReader) throws(CordonError) {
    for index in 0..<HourOfWeek.count { windows[index] = try reader.integer() }
    for index in 0..<HourOfWeek.count {
      active[index] = try reader.integer()
      guard active[index] <= windows[index] else { throw StateReader.malformed }
    }
  }
}
