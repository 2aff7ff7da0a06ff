import CordonAgent
import CordonCore
import CordonTestSupport
import Foundation
import Glibc
import Testing

/// The real programs with the collector's clock a day off, and what becomes of it once that clock is set right.
@Suite(
  .serialized, .timeLimit(.minutes(10)),
  .enabled(if: getuid() == 0, "skipped: the agent reads the kernel's records, which takes root"))
struct CollectorClockTests {
  static let day = Duration.seconds(86_400)

  /// Certificates older than the error: all connect, windows are marked, automation waits, and nothing is lost.
  @Test(arguments: [day, .zero - day])
  func windowsAreMarkedAndAutomationWaitsUntilTheClockIsRight(offset: Duration) async throws {
    try await withTemporaryFolder { folder in
      let clocks = try SiteClocks(in: folder, offset: .zero - Self.day * 2)
      let site = try await SystemSite(in: folder, clocks: clocks)
      try await site.startCollector()
      let agent = try await LiveAgent("ws-1", of: site)
      await site.stopCollector()

      try clocks.others.set(.zero)
      try clocks.collector.set(offset)
      try await site.startCollector()
      let files = "\(folder)/files"
      try FileManager.default.createDirectory(atPath: files, withIntermediateDirectories: true)
      try await site.apply(Self.standing(watching: files))
      try agent.start()
      #expect(
        try await within(.seconds(60)) { try await site.agent("ws-1")["policy_serial"] as? Int == 1 },
        "\(agent.said.suffix(2_000))")
      let isMarked = try await within(.seconds(60)) { try site.windows(skewed: true) > 0 }
      #expect(isMarked, "\(agent.said.suffix(2_000))")
      let seen = try await site.clockOffset(of: "ws-1")
      #expect(abs(seen + offset.milliseconds) < 30_000)
      #expect(try await site.finds("clock-off"))

      try await Self.attack(files) {
        let isDetected = try await within(.seconds(60)) {
          try await site.list("detection", "list").contains { $0["rule"] as? String == "encryption-burst" }
        }
        #expect(isDetected, "\(agent.said.suffix(2_000))")
        try await Task.sleep(for: .seconds(3))
        #expect(try await site.list("command", "list").isEmpty, "no order is given on a clock that is off")
      }

      try clocks.collector.set(.zero)
      let unmarked = try site.windows(skewed: false)
      let isRight = try await within(.seconds(90)) {
        let (offset, isFound) = (try await site.clockOffset(of: "ws-1"), try await site.finds("clock-off"))
        return try abs(offset) < 30_000 && !isFound && site.windows(skewed: false) > unmarked
      }
      let known = try await site.agent("ws-1")
      #expect(isRight, "\(known) \(agent.said.suffix(2_000))")
      #expect(try await site.isConnected("ws-1"))
      #expect(try await !site.list("detection", "list").contains { $0["rule"] as? String == "agent-silent" })
      try await Self.attack(files) {
        let isOrdered = try await within(.seconds(90)) { try await !site.list("command", "list").isEmpty }
        #expect(isOrdered, "automation is back")
      }
      await agent.stop()
      await site.stopCollector()
      #expect(try StoredNumbers(in: site).holes == [])
    }
  }

  /// Certificates that are newer than the collector believes it is: refused, said on both sides, kept, and made up for.
  @Test func aCollectorADayBehindRefusesNewCertificatesAndLosesNothing() async throws {
    try await withTemporaryFolder { folder in
      let clocks = try SiteClocks(in: folder)
      let site = try await SystemSite(in: folder, clocks: clocks)
      try await site.startCollector()
      let agent = try await LiveAgent("ws-1", of: site)
      try await site.apply("name: quick\ntime_zone: UTC\nheartbeat: 5s\nwindows: {length: 10s}\n")
      // Windows hold what happens, and on a quiet machine nothing would.
      let activity = try ChildProgram(
        "/bin/sh", ["-c", "for second in $(seq 300); do sleep 1; done"], log: "\(folder)/activity.log")
      defer { activity.signal(SIGKILL) }
      try agent.start()
      #expect(try await within(.seconds(60)) { try site.windows(skewed: false) > 0 }, "\(agent.said.suffix(2_000))")

      await site.stopCollector()
      try clocks.collector.set(.zero - Self.day)
      try site.launchCollector()
      let refusal = "The certificate is not valid yet"
      #expect(await within(.seconds(60)) { site.said.contains(refusal) }, "\(site.said.suffix(2_000))")
      let toldTo = "refused the certificate that it was shown.\n  → Compare the clocks"
      #expect(await within(.seconds(30)) { agent.said.contains(toldTo) }, "\(agent.said.suffix(2_000))")
      let seen = await #expect(throws: CordonError.self) { try await site.cordon(["status"]) }
      #expect(seen?.message.contains(toldTo) == true, "\(seen?.message ?? "")")
      // Windows that are made meanwhile wait on the agent's disk.
      try await Task.sleep(for: .seconds(15))

      try clocks.collector.set(.zero)
      #expect(try await within(.seconds(120)) { try await site.isConnected("ws-1") }, "\(agent.said.suffix(3_000))")
      await agent.stop()
      await site.stopCollector()
      #expect(try StoredNumbers(in: site).holes == [])
      #expect(try site.windows(skewed: true) == 0)
    }
  }

  /// What such a collector issues is good for nobody: the machine says so, and enrols once the clock is right.
  @Test func aMachineTakesNoCertificateFromACollectorADayAhead() async throws {
    try await withTemporaryFolder { folder in
      let clocks = try SiteClocks(in: folder)
      let site = try await SystemSite(in: folder, clocks: clocks)
      try clocks.collector.set(Self.day)
      try await site.startCollector()
      let error = await #expect(throws: CordonError.self) { try await site.enrol("ws-1") }
      #expect(error?.message.contains("not valid yet") == true, "\(error?.message ?? "")")
      #expect(error?.message.contains("Compare the clocks") == true, "\(error?.message ?? "")")
      try clocks.collector.set(.zero)
      _ = try await site.enrol("ws-1")
      await site.stopCollector()
    }
  }

  private static func standing(watching files: String) -> String {
    """
    name: standing
    time_zone: UTC
    heartbeat: 5s
    windows: {length: 10s}
    sensors: {file: {paths: [\(files)]}}
    tripwires: {burst: {files: 12, within: 60s}}
    containment:
      enabled: true
      standing: {enabled: true, lease: 60s, budgets: {suspend-process: 4}}
    interlock: {hosts: [{label: ws-1, criticality: administrative}]}

    """
  }

  /// A process of its own rewrites files while the body runs.
  private static func attack(_ files: String, _ body: () async throws -> Void) async throws {
    let script = """
      import os, sys, time
      for number in range(2000):
        with open(f"{sys.argv[1]}/{number % 50}.doc", "wb") as file: file.write(os.urandom(20000))
        time.sleep(0.05)
      """
    let attack = try ChildProgram("/usr/bin/python3", ["-c", script, files], log: "\(files).log")
    defer { attack.signal(SIGKILL) }
    try await body()
  }
}

extension SystemSite {
  /// Windows that the collector stored.
  fileprivate func windows(skewed: Bool) throws -> Int64 {
    var days: [Int64] = []
    try query("SELECT day FROM days") { days.append($0.integer(0)) }
    var count: Int64 = 0
    for day in days {
      try query("SELECT count(*) FROM windows_\(day) WHERE skewed = \(skewed ? 1 : 0)") { count += $0.integer(0) }
    }
    return count
  }

  /// Milliseconds that an agent's clock is ahead of the collector's.
  fileprivate func clockOffset(of label: String) async throws -> Int64 {
    let shown = try await cordon(["agent", "show", label, "--output", "json"])
    let number = try #require(shown.firstMatch(of: /"clock_offset_ms" ?: ?(-?[0-9]+)/)?.output.1)
    return try #require(Int64(number))
  }

  /// Whether `cordon status` has a finding.
  fileprivate func finds(_ code: String) async throws -> Bool {
    try await cordon(["status", "--output", "json"]).contains(code)
  }

  fileprivate var said: String { collector?.said ?? "" }
}
