import CordonCore
import CordonLearning
import CordonRange

/// The table of attacks, and what was false.
struct RangeReport {
  let recording: Recording
  let truth: RangeTruth
  /// By rules on observations, and which agent raised them.
  let detections: [(agent: String, detection: Detection)]
  let rules: ShippedRules
  /// Whose windows are judged.
  let schemas: [FeatureSchema]

  private var calendar: HospitalCalendar { recording.hospital.calendar }
  /// Days on which attacks may be.
  private var judgedDays: Int { calendar.days - calendar.days / 2 }

  /// - Parameters:
  ///   - found: alerts of behaviour, one list a budget.
  ///   - silent: scales that keep silent because a budget is not feasible for them, one number a budget.
  func text(_ found: [[RangeJudge.Alert]], silent: [Int], scales: Int) -> String {
    var table = MarkdownTable("attack", "by tripwire", "by Sigma")
    table.header += RangeBench.budgets.map { "by behaviour at \(Self.plain($0)) a day" }
    var counts = [Int](repeating: 0, count: table.header.count - 1)
    for attack in recording.attacks.map(\.kind) {
      let cells = [byRule(attack, isSigma: false), byRule(attack, isSigma: true)] + found.map { behaviour(attack, $0) }
      for (index, cell) in cells.enumerated() where cell != "-" { counts[index] += 1 }
      table.rows.append(["\(attack.rawValue) (\(attack.technique))"] + cells)
    }
    table.rows.append(["**found of \(recording.attacks.count)**"] + counts.map { "**\($0)**" })
    let wrong = alarms()
    let wrongly = found.map { alerts in alerts.filter { !$0.goesOn && attacks(of: $0).isEmpty } }
    table.rows.append(["**false alerts a day**"] + (wrong + wrongly.map(\.count)).map(rate))
    for schema in schemas {
      table.rows.append(
        ["… about \(schema.name)", "", ""] + wrongly.map { alerts in rate(alerts.count { $0.schema == schema }) })
    }
    table.rows.append(
      ["scales that are silent, of \(scales)", "", ""] + silent.map { "\($0)" })
    return table.text
  }

  private func byRule(_ attack: AttackKind, isSigma: Bool) -> String {
    let first = detections.filter { found in
      isSigma == (rules.title(of: found.detection.rule) != nil) && !isExposure(found.detection)
        && attacks(of: found).contains(attack)
    }.min { $0.detection.eventTime < $1.detection.eventTime }
    guard let first, let start = truth.start(of: attack) else { return "-" }
    let name = rules.title(of: first.detection.rule) ?? first.detection.rule
    return "\(name), \(Self.delay(first.detection.eventTime.since(start)))"
  }

  private func behaviour(_ attack: AttackKind, _ alerts: [RangeJudge.Alert]) -> String {
    let first = alerts.filter { attacks(of: $0).contains(attack) }.min { $0.span.upperBound < $1.span.upperBound }
    guard let first, let start = truth.start(of: attack) else { return "-" }
    return "\(first.schema.name) over \(first.scale.name), \(Self.delay(first.span.upperBound.since(start)))"
  }

  /// Of detections that belong to no attack: by tripwire, by Sigma. What is said in clear is an inventory, not an alarm.
  private func alarms() -> [Int] {
    let half = calendar.midnight(of: calendar.days / 2)
    let wrong = detections.filter {
      $0.detection.eventTime >= half && !isExposure($0.detection) && attacks(of: $0).isEmpty
    }
    let bySigma = wrong.count { rules.title(of: $0.detection.rule) != nil }
    return [wrong.count - bySigma, bySigma]
  }

  /// By the machine that raised it, or by whom it is about: a gateway tells of others.
  private func attacks(of found: (agent: String, detection: Detection)) -> [AttackKind] {
    let moment = found.detection.eventTime
    let machine = EntityRef(kind: .host, label: found.agent)
    let kinds = ([machine] + found.detection.entities.map(\.entity)).flatMap {
      truth.attacks(of: $0, during: moment...moment, lingers: false)
    }
    return AttackKind.allCases.filter(kinds.contains)
  }

  private func attacks(of alert: RangeJudge.Alert) -> [AttackKind] {
    truth.attacks(of: alert.entity, during: alert.span, lingers: true)
  }

  private func isExposure(_ detection: Detection) -> Bool { detection.rule.hasPrefix(Detection.exposurePrefix) }

  private func rate(_ count: Int) -> String {
    Show.decimal(Double(count) / Double(judgedDays))
  }

  private static func delay(_ duration: Duration) -> String {
    let minutes = max(0, Int(duration / .seconds(60)))
    if minutes < 1 { return "at once" }
    if minutes < 120 { return "after \(minutes) min" }
    return minutes < 2 * 1440 ? "after \(minutes / 60) h" : "after \(minutes / 1440) days"
  }

  private static func plain(_ number: Double) -> String { number == number.rounded() ? "\(Int(number))" : "\(number)" }
}
