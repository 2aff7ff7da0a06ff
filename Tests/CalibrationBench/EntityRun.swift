import CordonCore
import CordonLearning

/// One simulated entity on its way through the product's scales.
struct EntityRun {
  let entity: EntityRef
  private(set) var follower = ScaleFollower()
  private var source: SimulatedEntity
  private var norm: HourlyNorm
  private var window = 0
  private let windowsPerDay: Int
  private let length: UInt32

  init(_ bench: CalibrationBench, number: Int) {
    entity = EntityRef(kind: .host, label: "h\(number)")
    source = SimulatedEntity(bench.scenario, windowsPerDay: bench.windowsPerDay, seed: bench.seed, number: number)
    norm = HourlyNorm(windowsPerDay: bench.windowsPerDay)
    windowsPerDay = bench.windowsPerDay
    length = UInt32(86_400_000 / bench.windowsPerDay)
  }

  /// Of the last window.
  var day: Int32 { Int32((window - 1) / windowsPerDay) }

  /// Start of the last window.
  var time: Timestamp { Timestamp(milliseconds: Int64(window - 1) * Int64(length)) }

  /// Learns for so many days; the scales follow the last two of them, so that none begins at nothing.
  mutating func train(days: Int) {
    for _ in 0..<(days - 2) * windowsPerDay {
      norm.learn(source.next(window, shift: 0), at: window % windowsPerDay)
      window += 1
    }
    for _ in 0..<2 * windowsPerDay { step() }
  }

  /// One window: scored, followed, then learned.
  mutating func step(shift: Double = 0) {
    let value = source.next(window, shift: shift)
    let windowOfDay = window % windowsPerDay
    window += 1
    follower.follow(norm.residual(of: value, at: windowOfDay), start: time, length: length)
    norm.learn(value, at: windowOfDay)
  }
}
