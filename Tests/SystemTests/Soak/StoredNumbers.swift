import CordonAgent
import CordonCore

/// What of `cordon-load`'s numbered records is in a collector's database, and what is wrong with its numbering.
struct StoredNumbers {
  /// By the agent's label.
  private(set) var numbers: [String: Set<UInt32>] = [:]
  /// Numbers that stand twice or are of nobody, and all holes.
  var faults: [String] { strangers + holes }
  /// Sequences without a record and without a cause, those that stand twice, records beyond a watermark; of any agent's
  /// records, whether they are numbered by `cordon-load` or not.
  private(set) var holes: [String] = []
  private var strangers: [String] = []
  /// Records stored.
  private(set) var count = 0
  /// Sequences that are recorded as skipped.
  private(set) var skipped = 0

  private struct Lane {
    var agent: String
    var through: Int64
    /// Each is there once where all is well.
    var sequences: [Int64] = []
    var gaps: [ClosedRange<Int64>] = []
  }

  private var lanes: [Int64: Lane] = [:]

  init(in site: SystemSite) throws {
    try site.query("SELECT ref, label, through FROM lanes JOIN agents ON agents.id = lanes.agent") { row in
      lanes[row.integer(0)] = Lane(agent: row.text(1), through: row.integer(2))
    }
    try site.query("SELECT lane, first, last FROM gaps") { row in
      lanes[row.integer(0)]?.gaps.append(row.integer(1)...row.integer(2))
    }
    var days: [Int64] = []
    try site.query("SELECT day FROM days") { days.append($0.integer(0)) }
    for day in days {
      try site.query("SELECT lane, sequence, observations FROM windows_\(day)") { row in
        note(lane: row.integer(0), sequence: row.integer(1), number: UInt32(row.integer(2)))
      }
    }
    // Detections without a lane are the collector's own.
    try site.query("SELECT lane, sequence, body FROM detections WHERE lane IS NOT NULL") { row in
      let tail = row.text(2).split(separator: "number ").last.map { $0.prefix { $0.isNumber } } ?? ""
      note(lane: row.integer(0), sequence: row.integer(1), number: UInt32(tail) ?? 0)
    }
    try site.query("SELECT lane, sequence FROM outcomes") { lanes[$0.integer(0)]?.sequences.append($0.integer(1)) }
    for (reference, lane) in lanes { check(lane, reference) }
  }

  private mutating func note(lane reference: Int64, sequence: Int64, number: UInt32) {
    count += 1
    lanes[reference]?.sequences.append(sequence)
    guard let agent = lanes[reference]?.agent else {
      strangers.append("record \(number) is of no lane")
      return
    }
    if !numbers[agent, default: []].insert(number).inserted {
      strangers.append("\(agent): record \(number) stands twice")
    }
  }

  /// Records and gaps together are every number from 1 to the watermark, each once.
  private mutating func check(_ lane: Lane, _ reference: Int64) {
    skipped += lane.gaps.reduce(0) { $0 + $1.count }
    let spans = (lane.gaps + lane.sequences.map { $0...$0 }).sorted { $0.lowerBound < $1.lowerBound }
    var through: Int64 = 0
    for span in spans {
      if span.lowerBound != through + 1 {
        holes.append("\(lane.agent), lane \(reference): \(span) follows \(through)")
      }
      through = max(through, span.upperBound)
    }
    if through != lane.through {
      holes.append("\(lane.agent), lane \(reference): the watermark is \(lane.through), the last record \(through)")
    }
  }
}
