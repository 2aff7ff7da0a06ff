import ArgumentParser
import CordonCore
import Foundation

/// An agent with all its host sensors at a steady rate of real events, for long, beside the audit system's daemon.
struct LiveBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "live",
    abstract: "What an agent takes at so many events a second of all kinds, for minutes, and what it loses. As root.")

  @Option(help: "Events a second: of ten, six connections, two log lines, two files written.") var rate: Int = 5_000
  @Option(help: "Seconds of load.") var seconds: Int = 600
  @Option(help: "Path of auditd; without it, the agent is measured alone.") var auditd: String?
  @Option(help: "Where to work.") var folder: String = "/var/tmp"

  /// What a process family had used and held at a moment.
  private struct Moment {
    var processor: Duration
    var memory: ProcessMemory
  }

  /// What was measured of one program: at the beginning, after a third, at the end.
  private struct Course {
    var moments: [Moment]
    var elapsed: Duration

    var share: Double { (moments[moments.count - 1].processor - moments[0].processor) / elapsed }
  }

  /// As the last heartbeat says.
  private struct SensorCount {
    var observed = 0.0
    var dropped = 0.0
  }

  func validate() throws {
    guard (10...50_000).contains(rate), (3...3_600).contains(seconds) else {
      throw ValidationError("--rate is 10 to 50000, --seconds is 3 to 3600.")
    }
  }

  func run() async throws {
    let work = "\(folder)/cordon-bench-\(ProcessInfo.processInfo.processIdentifier)"
    let noise = "\(work)-noise"
    try FileManager.default.createDirectory(
      atPath: "\(noise)/files", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    defer { try? FileManager.default.removeItem(atPath: noise) }
    let load = try SteadyLoad(log: "\(noise)/auth.log", folder: "\(noise)/files")
    try await LiveSite.run(policy: policy(load), in: work) { site in
      let daemon = try auditd.map { try AuditDaemon.start($0, in: "\(noise)/auditd") }
      defer { daemon?.end() }
      // The first look at everything that the machine has is not what is measured.
      try await ContinuousClock().sleep(for: .seconds(15))
      var families = [("Cordon: keeper and worker", try ProcessFamily(of: site.agent))]
      if let daemon { families.append(("auditd: writes the records to a file", ProcessFamily(only: daemon.pid))) }
      let before = try counts(site)
      let courses = try await measure(families.map(\.1), load)
      // Until every sensor has handed on what waits, and has said so.
      try await ContinuousClock().sleep(for: .seconds(10))
      report(zip(families.map(\.0), courses).map { ($0, $1) }, load.made, from: before, to: try counts(site))
    }
  }

  private func policy(_ load: SteadyLoad) -> String {
    """
    name: bench
    time_zone: UTC
    heartbeat: 1s
    sensors:
      file:
        paths: [\(load.folder)]
      auth:
        paths: [\(load.log)]
      wire:
        enabled: true
        interfaces: [lo]

    """
  }

  private func measure(_ families: [ProcessFamily], _ load: SteadyLoad) async throws -> [Course] {
    func moments() throws -> [Moment] {
      try families.map { Moment(processor: try $0.processor(), memory: try $0.memory()) }
    }
    let start = ContinuousClock.now
    var all = [try moments()]
    try await load.run(rate: rate, seconds: seconds / 3)
    all.append(try moments())
    try await load.run(rate: rate, seconds: seconds - seconds / 3)
    all.append(try moments())
    let elapsed = ContinuousClock.now - start
    return families.indices.map { family in Course(moments: all.map { $0[family] }, elapsed: elapsed) }
  }

  private func counts(_ site: LiveSite) throws -> [String: SensorCount] {
    let beat = try site.list("agent", "list").first?["heartbeat"] as? [String: Any]
    var counts: [String: SensorCount] = [:]
    for sensor in beat?["sensors"] as? [[String: Any]] ?? [] {
      guard let name = sensor["name"] as? String else { continue }
      counts[name] = SensorCount(
        observed: (sensor["observed"] as? NSNumber)?.doubleValue ?? 0,
        dropped: (sensor["dropped"] as? NSNumber)?.doubleValue ?? 0)
    }
    return counts
  }

  private func report(
    _ courses: [(String, Course)], _ made: SteadyLoad.Made, from before: [String: SensorCount],
    to after: [String: SensorCount]
  ) {
    let seconds = courses[0].1.elapsed / .seconds(1)
    var table = MarkdownTable(
      "\(Show.count(Double(made.total) / seconds)) events a second for \(Show.count(seconds)) s",
      "processor, of one core",
      "own memory before", "after a third", "at the end")
    for (name, course) in courses {
      let memory = course.moments.map { Show.megabytes($0.memory.anonymous) }
      table.add(name, Show.finePercent(course.share), memory[0], memory[1], memory[2])
    }
    print(table.text)
    var sensors = MarkdownTable("sensor", "made", "seen", "counted as dropped", "missing silently")
    // A connection's records: the call, the address, the title and the end; the wire counts no frames.
    for (name, events) in [("auth", made.lines), ("file", made.files), ("audit", 4 * made.connections)] {
      let first = before[name] ?? SensorCount()
      let last = after[name] ?? SensorCount()
      let seen = last.observed - first.observed
      let dropped = last.dropped - first.dropped
      sensors.add(
        name, Show.count(Double(events)), Show.count(seen), Show.count(dropped),
        Show.count(max(0, Double(events) - seen - dropped)))
    }
    print(sensors.text)
    let wire = after["wire"] ?? SensorCount()
    print(
      "A connection is four audit records and a frame. audit and file also see what others do here. "
        + "The wire dropped \(Show.count(wire.dropped - (before["wire"]?.dropped ?? 0))) frames.\n")
  }
}
