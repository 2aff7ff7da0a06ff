package import CordonCore

/// How a source family's windows are cut.
package struct WindowSettings: Hashable, Sendable {
  /// What becomes of the watermark while nothing comes.
  package enum Idle: Hashable, Sendable {
    /// The wall clock moves it on: what comes later than the lateness, measured by that clock, is too late.
    case followsClock
    /// It stays where the events have taken it, and what is open and over by the wall clock too is closed after the
    /// lateness: a file that comes a day late is cut in its own time.
    case closes
  }

  /// Of one window.
  package var length: Duration
  /// How late an observation may come, after a later one of its family.
  package var lateness: Duration
  /// How far ahead of the wall clock an event time may be; it is taken for the wall clock's beyond that.
  package var ahead: Duration
  /// Acts of a burst that close a window early.
  package var burst: Int
  package var idle: Idle

  package init(
    length: Duration = .seconds(60), lateness: Duration = .seconds(5), ahead: Duration = .seconds(120), burst: Int = 12,
    idle: Idle = .followsClock
  ) {
    self.idle = idle
    self.length = max(length, .milliseconds(1))
    self.lateness = max(lateness, .zero)
    self.ahead = max(ahead, .zero)
    self.burst = max(burst, 1)
  }
}

/// What became of observations that are in no window, and how windows closed; since the assembler was made.
package struct WindowCounters: Hashable, Sendable {
  package var windows: UInt64 = 0
  package var early: UInt64 = 0
  /// Came after their window had closed, and were dropped.
  package var late: UInt64 = 0
  /// Claimed a time too far ahead; counted at the wall clock's.
  package var ahead: UInt64 = 0
  /// Dropped because too many windows were open.
  package var overflow: UInt64 = 0
  /// The wall clock was set back: everything was closed and begun anew.
  package var clockSteps: UInt64 = 0

  package init() {}

  /// What two families' assemblers counted.
  package static func + (left: WindowCounters, right: WindowCounters) -> WindowCounters {
    var sum = left
    sum.windows += right.windows
    sum.early += right.early
    sum.late += right.late
    sum.ahead += right.ahead
    sum.overflow += right.overflow
    sum.clockSteps += right.clockSteps
    return sum
  }
}

/// Cuts one source family's observations into event-time windows an entity. A pure value: time comes in.
///
/// A window closes once the watermark has passed its end; the watermark is the family's latest event time, or the wall
/// clock's where the family is idle and follows it, less the lateness. It never goes back, but where the wall clock itself is set back.
/// Windows that hold nothing are not made. At most `openLimit` are open; an observation beyond is dropped and counted.
package struct WindowAssembler: Sendable {
  package static let openLimit = 4096
  /// Parts of one window that bursts may cut; the last one stays open to the window's end.
  package static let partLimit: UInt32 = 8

  private struct Key: Hashable, Sendable {
    var entity: EntityRef
    var schema: UInt32
    var start: Int64
  }

  private struct Owner: Hashable, Sendable {
    var entity: EntityRef
    var schema: UInt32
  }

  package private(set) var counters = WindowCounters()
  /// Marks the windows that close from now on: the machine's clock is not to be trusted.
  package var isSkewed = false

  private var settings: WindowSettings
  private var open: [Key: WindowAccumulator] = [:]
  /// Late observations by whose they are, told with that entity's next window.
  private var late: [Owner: UInt32] = [:]
  private var closed: [EntityWindow] = []
  private var latest = Int64.min
  private var watermark = Int64.min
  /// Wall-clock time of the latest observation.
  private var arrived = Int64.min

  package init(settings: WindowSettings = WindowSettings()) { self.settings = settings }

  package var openCount: Int { open.count }

  /// Takes other lengths: what is open is closed first, so that no window is cut two ways.
  package mutating func use(_ settings: WindowSettings) {
    guard settings != self.settings else { return }
    if settings.length != self.settings.length { closeAll() }
    self.settings = settings
  }

  /// When the window begins that an event time lies in.
  package func start(of time: Timestamp) -> Timestamp {
    let moment = time.bounded.milliseconds
    return Timestamp(milliseconds: moment - moment % settings.length.milliseconds)
  }

  /// Lets one observation of an entity count in its window; nothing where that has closed or too many are open.
  ///
  /// - Parameter grace: how late what is told only once it is over may be, and still count: in the earliest window that
  ///   has not closed.
  package mutating func add(
    _ entity: EntityRef, schema: FeatureSchema, at time: Timestamp, now: Timestamp, grace: Duration = .zero,
    _ contribute: (inout WindowAccumulator) -> Void
  ) {
    let now = now.bounded
    var moment = time.bounded.milliseconds
    let limit = now.advanced(by: settings.ahead).milliseconds
    if moment > limit {
      counters.ahead += 1
      moment = now.milliseconds
    }
    if moment < watermark, watermark - moment <= grace.milliseconds { moment = watermark }
    latest = max(latest, moment)
    arrived = max(arrived, now.milliseconds)
    let length = settings.length.milliseconds
    let start = moment - moment % length
    guard start + length > watermark else { return countLate(entity, schema) }
    let key = Key(entity: entity, schema: schema.id, start: start)
    if open[key] == nil {
      guard open.count < Self.openLimit else {
        counters.overflow += 1
        return
      }
      open[key] = WindowAccumulator(featureCount: schema.features.count)
    }
    let isBurst = update(&open[key]!, lag: now.milliseconds - moment, contribute)
    if isBurst { closeEarly(key, schema) }
  }

  private func update(
    _ window: inout WindowAccumulator, lag: Int64, _ contribute: (inout WindowAccumulator) -> Void
  ) -> Bool {
    window.countObservation(lag: lag)
    contribute(&window)
    return window.burst >= settings.burst && window.part + 1 < Self.partLimit
  }

  /// Moves the watermark and returns what has closed since the last call, oldest first.
  package mutating func advance(to now: Timestamp) -> [EntityWindow] {
    let now = now.bounded
    let lateness = settings.lateness.milliseconds
    if watermark != .min, watermark > now.advanced(by: settings.ahead).milliseconds {
      counters.clockSteps += 1
      closeAll()
      latest = now.milliseconds
      arrived = now.milliseconds
      watermark = now.milliseconds - 2 * lateness
    }
    let length = settings.length.milliseconds
    switch settings.idle {
    case .followsClock: watermark = max(watermark, max(latest, now.milliseconds - lateness) - lateness)
    case .closes where latest == .min: break
    case .closes:
      // A window that the wall clock is still in may get more, however quiet it is.
      let end = latest - latest % length + length
      let isIdle = now.milliseconds - arrived >= lateness && now.milliseconds - lateness >= end
      watermark = max(watermark, isIdle ? end : latest - lateness)
    }
    for key in open.keys where key.start + length <= watermark { close(key) }
    return takeClosed()
  }

  /// What is open, as it stands; it may still grow.
  package var unfinished: [EntityWindow] {
    open.compactMap { key, window in
      guard window.observations > 0, let schema = FeatureSchema.withID(key.schema) else { return nil }
      return finished(window, key, schema, late: 0)
    }
  }

  /// Closes everything, as at the end of a file or of the agent.
  package mutating func finish() -> [EntityWindow] {
    closeAll()
    return takeClosed()
  }

  private mutating func takeClosed() -> [EntityWindow] {
    defer { closed.removeAll(keepingCapacity: true) }
    return closed.sorted { ($0.start, $0.schema, $0.part) < ($1.start, $1.schema, $1.part) }
  }

  private mutating func closeAll() {
    for key in Array(open.keys) { close(key) }
  }

  private mutating func close(_ key: Key) {
    guard let window = open.removeValue(forKey: key), window.observations > 0 else { return }
    append(window, key, isEarly: false)
  }

  private mutating func closeEarly(_ key: Key, _ schema: FeatureSchema) {
    guard let window = open[key] else { return }
    append(window, key, isEarly: true)
    counters.early += 1
    open[key]?.beginNextPart()
  }

  private mutating func append(_ window: WindowAccumulator, _ key: Key, isEarly: Bool) {
    guard let schema = FeatureSchema.withID(key.schema) else { return }
    let late = late.removeValue(forKey: Owner(entity: key.entity, schema: key.schema)) ?? 0
    var finished = finished(window, key, schema, late: late)
    finished.isEarly = isEarly
    counters.windows += 1
    closed.append(finished)
  }

  private func finished(
    _ window: WindowAccumulator, _ key: Key, _ schema: FeatureSchema, late: UInt32
  ) -> EntityWindow {
    var finished = window.window(
      of: key.entity, schema: schema, start: key.start, length: settings.length.milliseconds, late: late)
    finished.isSkewed = isSkewed
    // A person is at more than one machine, a record at more than one gateway; what is bound to this one is all there is.
    finished.isPartial = key.entity.kind == .user || key.entity.kind == .record
    return finished
  }

  private mutating func countLate(_ entity: EntityRef, _ schema: FeatureSchema) {
    counters.late += 1
    let owner = Owner(entity: entity, schema: schema.id)
    guard late[owner] != nil || late.count < Self.openLimit else { return }
    late[owner, default: 0] &+= 1
  }
}

extension Timestamp {
  /// The nearest moment between 1970 and 2262, as the wire has it: what a stranger wrote overflows no sum and is no
  /// negative place in a table.
  package var bounded: Timestamp { Timestamp(milliseconds: min(max(milliseconds, 0), 9_223_372_036_854)) }
}
