import CordonAgent
import CordonCore
import CordonTelemetry
import CordonTestSupport
import FoundationEssentials
import Testing

@Suite struct AuditReplayTests {
  typealias Support = WorkerSupport

  static let log = (0..<100).map { number in
    Support.exec(number + 1, pid: 100 + number, exe: "/bin/x\(number % 7)", at: Support.at(Int64(number) * 2000))
  }.joined()

  @Test func `a recording is windowed in its own time, without a name in what is shown`() throws {
    let summary = try AuditReplay.run(bytes: Array(Self.log.utf8))
    #expect(summary.records == 500)
    #expect(summary.observed == 100)
    #expect(summary.malformed == 0 && summary.late == 0)
    // 200 seconds of one host and one user.
    #expect(summary.windowCount == 8)
    let hosts = summary.windows.filter { $0.schema == "host@host" }
    #expect(hosts.reduce(0) { $0 + ($1.features["process_starts"] ?? 0) } == 100)
    // An estimate, under a key of the moment: two of the seven may fall together.
    #expect([6, 7].contains(hosts.first?.features["distinct_executables"]))
    for shown in [summary.text, String(decoding: try JSONEncoder().encode(summary), as: UTF8.self)] {
      #expect(shown.contains("process_starts"))
      #expect(!shown.contains("planted"))
    }
  }

  @Test func `a file is read as its bytes are, however its lines are cut`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/audit.log"
      try SmallFile.replace(path, with: Array(Self.log.utf8) + Array("type=SYSCALL msg=audit(1".utf8))
      let summary = try AuditReplay.run(file: path, windowLength: .seconds(300))
      #expect(summary.records == 501)
      #expect(summary.malformed == 1)
      #expect(summary.windowCount == 2)
      expectRefusal("replay-unreadable") { _ = try AuditReplay.run(file: "\(folder)/none") }
    }
  }

  /// A start an hour for nine days, a burst on the second and one on the last: the first was learned from, not told.
  @Test func `what is strange after a week of learning is shown first`() throws {
    var log = ""
    var number = 0
    for hour in 0...9 * 24 {
      let isBurst = hour == 24 || hour == 9 * 24
      for _ in 0..<(isBurst ? 30 : 1) {
        number += 1
        log += Support.exec(number, pid: 100 + number, exe: "/bin/x", at: Support.at(Int64(hour) * 3_600_000))
      }
    }
    let summary = try AuditReplay.run(bytes: Array(log.utf8))
    #expect(summary.hasLearned)
    let strangest = try #require(summary.strangest.first)
    #expect(strangest.features["process_starts"] == 30)
    let last = Support.at(9 * 86_400_000).milliseconds
    #expect(strangest.startMilliseconds >= last)
    let bursts = summary.strangest.count { $0.features["process_starts"] == 30 }
    #expect(bursts == 1)
    #expect(summary.text.contains("after a week of learning:\n* "))
  }
}
