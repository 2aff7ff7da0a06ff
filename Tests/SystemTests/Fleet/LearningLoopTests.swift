import CordonAgent
import CordonCore
import CordonTestSupport
import Foundation
import Glibc
import Testing

/// The way of a model, with the real programs: recordings of a made-up hospital, an agent for each host, one collector.
@Suite(
  .serialized, .timeLimit(.minutes(10)), .enabled(if: getuid() == 0, "skipped: the agent's keeper takes root"))
struct LearningLoopTests {
  private static let users = 12
  private static let hosts = 8
  /// Seconds of the attack's day that are replayed: until the morning shift has begun.
  private static let night = 21_600
  /// Users are scored once their windows have waited for other machines' parts: minutes, which only a long run has.
  private static let isSoak = ProcessInfo.processInfo.environment["CORDON_SOAK"] == "1"

  /// Learned from days without it, an attack that no tripwire knows is found on the machines where it was.
  @Test func anAttackIsFoundByWhatIsUnusual() async throws {
    try await withTemporaryFolder { folder in
      let site = try await SystemSite(in: folder)
      try await site.startCollector()
      try await site.apply("name: learning\ntime_zone: Europe/Berlin\nheartbeat: 5s\nalerts: {daily_budget: 6}\n")
      let (recordings, attacked, user) = try await record(in: folder)
      var agents: [LiveAgent] = []
      for recording in recordings {
        let agent = try await LiveAgent(recording.host, of: site)
        try agent.start(reading: recording.pipe.path, accounts: "\(folder)/hospital/passwd")
        agents.append(agent)
      }
      for recording in recordings { recording.feed(recording.before) }
      let windows = try await settled(site)
      #expect(windows > 5_000, "\(agents[0].said.suffix(2_000))")

      let stolen = try await pseudonym(of: user, by: agents[0])
      try await peopleAreTheSameOnEveryMachine(site, stolen)
      let trained = try await site.object("model", "train", "host@host")
      let model = try #require(trained["id"] as? String)
      try await site.cordon(["model", "promote", model])
      let isUsed = try await within(.seconds(60)) {
        let used = try await site.object("model", "show", model)["agents"] as? [String: Int]
        return used?["running"] == Self.hosts
      }
      let shown = try await site.cordon(["model", "show", model])
      #expect(isUsed, "\(shown) \(agents[0].said.suffix(2_000))")

      for recording in recordings { recording.feed(recording.after) }
      let isFound = try await within(.seconds(60)) { try await found(site).isSuperset(of: attacked) }
      let seen = try await found(site)
      #expect(isFound, "attacked \(attacked), found \(seen)")
      if Self.isSoak {
        let isFound = try await within(.seconds(240)) { try await usersFound(site).contains(stolen) }
        let listed = try await site.cordon(["detection", "list"])
        #expect(isFound, "\(stolen) \(listed)")
      }
      // Nothing that was recorded is acted on, and no tripwire has to do with it.
      #expect(try await site.list("command", "list").isEmpty)
      let kinds = try await site.list("detection", "list").map { $0["kind"] as? String }
      #expect(!kinds.contains("tripwire"), "\(kinds)")
      for agent in agents { await agent.stop() }
      await site.stopCollector()
    }
  }

  /// One person's windows come from several agents and are one person's to the collector, which learns users from them.
  private func peopleAreTheSameOnEveryMachine(_ site: SystemSite, _ person: String) async throws {
    let trained = try await site.object("model", "train", "user@host")
    let metrics = try #require(trained["metrics"] as? [String: Double])
    // The recordings' agents run on one machine, whose superuser is one account.
    #expect(metrics["entities"] == Double(Self.users + 1))
    if Self.isSoak { try await site.cordon(["model", "promote", try #require(trained["id"] as? String)]) }
    var agents: Set<String> = []
    var days: [Int64] = []
    try site.query("SELECT day FROM days") { days.append($0.integer(0)) }
    for day in days {
      try site.query(
        """
        SELECT DISTINCT agent FROM windows_\(day) JOIN lanes ON lanes.ref = windows_\(day).lane
        WHERE schema = \(FeatureSchema.userAtHost.id) AND hex(entity) LIKE '%\(person.uppercased())'
        """
      ) { agents.insert($0.text(0)) }
    }
    #expect(agents.count > 1)
  }

  /// As the collector knows a user whom it cannot name.
  private func pseudonym(of user: String, by agent: LiveAgent) async throws -> String {
    let names = "\(agent.config).names.csv"
    try "kind,name\nuser,\(user)\n".write(toFile: names, atomically: true, encoding: .utf8)
    let table = try await ChildProgram.run(
      try ChildProgram.path(of: "cordon-agent"), ["pseudonymise", "--config", agent.config, names])
    let row = try #require(table.split(separator: "\n").last)
    return String(row.split(separator: ",", omittingEmptySubsequences: false)[2])
  }

  /// Users whose own behaviour was found unusual, as pseudonyms.
  private func usersFound(_ site: SystemSite) async throws -> Set<String> {
    Set(
      try await site.list("detection", "list").compactMap { detection in
        guard detection["kind"] as? String == "behaviour" else { return nil }
        let entities = detection["entities"] as? [[String: Any]] ?? []
        return entities.first { $0["kind"] as? String == "user" }?["pseudonym"] as? String
      })
  }

  private func found(_ site: SystemSite) async throws -> Set<String> {
    Set(
      try await site.list("detection", "list").compactMap { detection in
        guard detection["kind"] as? String == "behaviour" else { return nil }
        return (detection["agent"] as? [String: Any])?["label"] as? String
      })
  }

  /// The windows that are stored once no more come.
  private func settled(_ site: SystemSite) async throws -> Int {
    var last = -1
    _ = try await within(.seconds(120)) {
      let stored = try await site.object("status")["windows_stored"] as? Int ?? 0
      defer { last = stored }
      if stored > 0, stored == last { return true }
      try await Task.sleep(for: .seconds(1))
      return false
    }
    return last
  }

  private struct Recording {
    let host: String
    let before: String
    let after: String
    let pipe: Pipe

    func feed(_ text: String) {
      let handle = pipe.writer
      Thread.detachNewThread { try? handle.write(contentsOf: Data(text.utf8)) }
    }
  }

  /// A named pipe, held open so that its reader sees no end between two feedings.
  private struct Pipe {
    let path: String
    let writer: FileHandle

    init(_ path: String) throws {
      self.path = path
      let descriptor = mkfifo(path, 0o600) == 0 ? open(path, O_RDWR | O_CLOEXEC) : -1
      guard descriptor >= 0 else { throw CordonError(.inputOutput, "test-pipe", "\(path) cannot be made.") }
      writer = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }
  }

  /// Makes a hospital, cuts its hosts' recordings where the attack's first night begins; the hosts of that night, and whose
  /// credentials were stolen.
  private func record(
    in folder: String
  ) async throws -> (recordings: [Recording], attacked: Set<String>, user: String) {
    let hospital = "\(folder)/hospital"
    // A Monday some weeks ago, so that the same weekdays come whenever this runs.
    let weeks = Int(Date().timeIntervalSince1970) / 604_800 - 3
    let monday = Date(timeIntervalSince1970: Double(weeks * 604_800 + 4 * 86_400))
    try await ChildProgram.run(
      try ChildProgram.path(of: "cordon-range"),
      [
        "generate", "--seed", "7", "--out", hospital, "--users", "\(Self.users)", "--hosts", "\(Self.hosts)",
        "--devices", "0", "--days",
        "14", "--attacks", "stolen-credentials", "--start", monday.formatted(.iso8601.year().month().day()),
      ])
    let labels = try String(contentsOfFile: "\(hospital)/labels.csv", encoding: .utf8).split(separator: "\n")
      .dropFirst().map { $0.split(separator: ",") }
    let day = try #require(labels.map { $0[3].prefix(10) }.min())
    let midnight = Int(try Date("\(day)T00:00:00Z", strategy: .iso8601).timeIntervalSince1970)
    let attacked = labels.filter { $0[0] == "host" && $0[3].hasPrefix(day) }.map { String($0[1]) }
    let recordings = try FileManager.default.contentsOfDirectory(atPath: "\(hospital)/hosts").sorted().map { host in
      let log = try String(contentsOfFile: "\(hospital)/hosts/\(host)/audit.log", encoding: .utf8)
      var parts: (before: [Substring], after: [Substring]) = ([], [])
      for line in log.split(separator: "\n") {
        let time = line.firstMatch(of: /audit\(([0-9]+)/).flatMap { Int($0.output.1) } ?? 0
        if time < midnight {
          parts.before.append(line)
        } else if time < midnight + Self.night {
          parts.after.append(line)
        }
      }
      return Recording(
        host: host, before: parts.before.joined(separator: "\n") + "\n",
        after: parts.after.joined(separator: "\n") + "\n", pipe: try Pipe("\(folder)/\(host).pipe"))
    }
    // `hospital.example/ann` in the labels, as a canonical name; people write `ann@hospital.example`.
    let user = try #require(labels.first { $0[0] == "user" }).map(String.init)[1].split(separator: "/")
    return (recordings, Set(attacked), "\(user[1])@\(user[0])")
  }
}
