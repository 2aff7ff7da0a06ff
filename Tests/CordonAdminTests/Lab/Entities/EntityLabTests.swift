import CordonAdmin
import CordonCore
import CordonLearning
import CordonPolicy
import CordonTestSupport
import Foundation
import Testing

@Suite struct EntityLabTests {
  static let mapping = EventMapping(
    entity: "user", time: "time",
    features: [
      .init(name: "all", meaning: "events"),
      .init(name: "night", meaning: "events at night", hours: Set(0..<7)),
      .init(name: "hosts", meaning: "hosts", measure: .distinct(column: "host")),
      .init(name: "new", meaning: "new hosts", measure: .new(column: "host")),
      .init(
        name: "copied", meaning: "bytes copied", measure: .sum(column: "bytes"),
        conditions: [.init(column: "type", patterns: ["copy"])]),
    ])

  @Test func `events in any order become the same windows`() throws {
    var events: [(time: Int64, fields: [String: String])] = []
    for hour in Int64(0)..<72 {
      events.append(
        (hour * 3_600_000, ["host": "ward-\(hour / 20)", "type": hour % 3 == 0 ? "copy" : "read", "bytes": "\(hour)"]))
    }
    func windows(_ events: [(time: Int64, fields: [String: String])]) -> [[EntityWindow]] {
      var gathered = EventWindows(Self.mapping, length: .seconds(86_400))
      for event in events {
        gathered.add(entity: "ann", at: Timestamp(milliseconds: event.time)) { event.fields[$0] ?? "" }
      }
      return gathered.finished()
    }
    let forward = windows(events)
    #expect(forward == windows(events.reversed()))
    let days = try #require(forward.first)
    #expect(days.map { $0.features[0] } == [24, 24, 24])
    #expect(days.map { $0.features[1] } == [7, 7, 7])
    #expect(days.map { $0.features[2].rounded() } == [2, 2, 2])
    #expect(days.map { $0.features[3] } == [2, 1, 1])
    #expect(days[0].features[4] == Float((0..<24).filter { $0.isMultiple(of: 3) }.reduce(0, +)))
  }

  /// Ten users over 60 days; one of them copies much on three late days.
  static func files(in folder: String) throws -> (events: String, labels: String) {
    var randomness = SeededRandomness(seed: 3)
    var events = "user,time,host,type,bytes\n"
    var labels = "user,date,malicious\n"
    for user in 0..<10 {
      for day in 0..<60 {
        let isBad = user == 4 && [45, 50, 55].contains(day)
        for _ in 0..<Int.random(in: 4...9, using: &randomness) {
          let second = Int.random(in: 28_800...61_200, using: &randomness)
          events += "u\(user),\(day * 86_400 + second),h\(user),read,0\n"
        }
        if isBad { events += "u\(user),\(day * 86_400 + 7200),h99,copy,900000\n" }
        labels += "u\(user),\(day * 86_400),\(isBad ? 1 : 0)\n"
      }
    }
    try events.write(toFile: folder + "/events.csv", atomically: true, encoding: .utf8)
    try labels.write(toFile: folder + "/labels.csv", atomically: true, encoding: .utf8)
    return (folder + "/events.csv", folder + "/labels.csv")
  }

  @Test func `an attack after the training is found among the others' days`() throws {
    try withTemporaryFolder { folder in
      let files = try Self.files(in: folder)
      let lab = EntityLab(
        events: files.events, labels: files.labels, mapping: Self.mapping, window: .seconds(86_400),
        trainingEnd: .after(.seconds(30 * 86_400)))
      let report = try lab.report()
      #expect(report.badWindows == 3 && report.badEntities == 1 && report.entities == 10)
      #expect(report.quality.metrics.auroc > 0.99)
      #expect(report.quality.found == [0, 1, 1] || report.quality.found == [1, 1, 1], "\(report.quality.found)")
    }
  }

  @Test func `labels that fit nothing are said`() throws {
    try withTemporaryFolder { folder in
      let files = try Self.files(in: folder)
      var lab = EntityLab(
        events: files.events, labels: files.labels, mapping: Self.mapping, window: .seconds(86_400),
        trainingEnd: .at(Timestamp(milliseconds: 58 * 86_400_000)))
      expectRefusal("one-class") { _ = try lab.report() }
      lab.window = .seconds(1)
      expectRefusal("window-length") { _ = try lab.report() }
      lab.window = .seconds(86_400)
      lab.mapping.entity = "nobody"
      expectRefusal("absent-column") { _ = try lab.report() }
    }
  }
}

/// The CERT insider threat events, where they are and where a minute of a debug build is no matter.
@Suite struct InsiderThreatTests {
  static let folder = (ProcessInfo.processInfo.environment["CORDON_DATA"] ?? "") + "/cert-r4.2"
  static let isThere =
    FileManager.default.fileExists(atPath: folder + "/events_r4.2.csv.gz")
    && ProcessInfo.processInfo.environment["CORDON_SOAK"] == "1"
  static let mapping = URL(filePath: #filePath).appending(path: "../../../../../deploy/lab/cert-r4.2.yaml")
    .standardizedFileURL

  @Test(.enabled(if: isThere, "skipped: needs cert-r4.2 at CORDON_DATA, and CORDON_SOAK=1"))
  func `without labels, insiders' days are before the others'`() throws {
    let yaml = [UInt8](try Data(contentsOf: Self.mapping))
    let report = try EntityLab(
      events: Self.folder + "/events_r4.2.csv.gz", labels: Self.folder + "/user_day_labels.csv",
      mapping: try EventMappingReader.read(yaml, file: "cert-r4.2.yaml"), window: .seconds(86_400),
      trainingEnd: .after(.seconds(60 * 86_400))
    ).report()
    #expect(report.quality.metrics.auroc > 0.97, "\(report)")
    #expect(report.quality.metrics.averagePrecision > 0.65, "\(report)")
    // What a spreadsheet would do is not better.
    #expect(report.quality.metrics.auroc >= report.zScore.metrics.auroc, "\(report)")
    #expect(report.quality.metrics.averagePrecision >= report.zScore.metrics.averagePrecision, "\(report)")
  }
}
