package import CordonCore
package import CordonLearning

/// Sets a threshold on a file of scores by entity-days, and counts what it would have alerted afterwards.
package struct CalibrationRun: Sendable {
  package private(set) var calibration = ThresholdCalibration()
  package private(set) var entities = 0
  /// Days that calibrate, and days on which alerts are counted.
  package private(set) var calibrationDays: Set<Int32> = []
  package private(set) var laterDays: Set<Int32> = []
  private var maxima: [EntityDay: Double] = [:]
  private var later: [EntityDay: Double] = [:]

  private struct EntityDay: Hashable {
    var entity: String
    var day: Int32
  }

  /// Reads scores: those before `until` calibrate (nil: the first half of the days), the others are watched.
  ///
  /// Throws `absent-column`, `malformed-time`, `malformed-score` for what is no finite number, and `no-rows`.
  package init(
    _ reader: inout CSVReader, file: String, entity: String, time: String, score: String, until: Timestamp?
  ) throws(CordonError) {
    let fields = (
      entity: try reader.position(of: entity, in: file), time: try reader.position(of: time, in: file),
      score: try reader.position(of: score, in: file)
    )
    var all: [EntityDay: Double] = [:]
    while try reader.next() {
      let moment = try LabTime.moment(in: reader, field: fields.time)
      guard let value = reader.number(fields.score), value.isFinite else {
        throw reader.failure(
          field: fields.score, "`\(reader.string(fields.score).prefix(40))` is no finite number",
          code: "malformed-score",
          remedy: "Give every row a score.")
      }
      let key = EntityDay(entity: reader.string(fields.entity), day: DailyMaximum.day(of: moment))
      all[key] = max(all[key] ?? value, value)
    }
    guard !all.isEmpty else { throw CordonError(.invalid, "no-rows", "\(file) has no rows after its header.") }
    let days = Set(all.keys.map(\.day)).sorted()
    let split = until.map { DailyMaximum.day(of: $0) } ?? days[days.count / 2]
    entities = Set(all.keys.map(\.entity)).count
    for (key, value) in all {
      if key.day < split { maxima[key] = value } else { later[key] = value }
    }
    calibrationDays = Set(maxima.keys.map(\.day))
    laterDays = Set(later.keys.map(\.day))
    for (key, value) in maxima { calibration.maxima.insert(value, owner: Self.owner(key.entity), day: key.day) }
  }

  /// What a budget of alerts a day comes to.
  package func result(alertsPerDay: Double) -> ThresholdResult {
    calibration.threshold(rate: alertsPerDay / Double(max(entities, 1)))
  }

  /// Alerts on the later days, each entity against a threshold that its own days are not in.
  package func alerts(alertsPerDay: Double) -> Int {
    let rate = alertsPerDay / Double(max(entities, 1))
    var thresholds: [String: Double] = [:]
    var gates: [String: AlertGate] = [:]
    var alerts = 0
    for (key, value) in later.sorted(by: { ($0.key.day, $0.key.entity) < ($1.key.day, $1.key.entity) }) {
      let entity = key.entity
      if thresholds[entity] == nil {
        thresholds[entity] =
          calibration.threshold(rate: rate, excluding: Self.owner(entity)).threshold ?? .infinity
      }
      let decision = gates[entity, default: AlertGate(scales: 1)].decide(
        value, threshold: thresholds[entity] ?? .infinity, scale: 0, day: key.day)
      if decision == .alert { alerts += 1 }
    }
    return alerts
  }

  private static func owner(_ entity: String) -> UInt64 {
    var hash = StableHash()
    hash.combine(entity.utf8)
    return hash.value
  }
}
