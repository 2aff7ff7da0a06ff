import ArgumentParser
import CordonCore
import Foundation

/// How long a real attack goes on: from the event that trips until the process is frozen, and until the collector has
/// the proof.
struct ReflexBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reflex", abstract: "From a hostile event to containment, over real attacks. As root.")

  /// Reflexes that an agent may carry out in an hour: after so many it is founded anew.
  private static let attacksASite = 3

  @Option(help: "Attacks.") var attacks: Int = 30
  @Option(help: "The demo's attacker.") var script: String = "Scripts/demo-attack"
  @Option(help: "Where to work.") var folder: String = "/var/tmp"

  /// One attack, seen from outside.
  private struct Trial {
    var lastEventToFrozen: Duration
    var trippingEventToFrozen: Duration
    var lastEventToProof: Duration
    var filesLost: Int
  }

  func validate() throws {
    guard (1...300).contains(attacks) else { throw ValidationError("--attacks is 1 to 300.") }
    guard FileManager.default.isReadableFile(atPath: script) else {
      throw ValidationError("There is no \(script); run this from the source tree, or name the script.")
    }
  }

  func run() async throws {
    let attacker = URL(fileURLWithPath: script).standardizedFileURL.path
    var trials: [Trial] = []
    while trials.count < attacks {
      let work = "\(folder)/cordon-bench-\(ProcessInfo.processInfo.processIdentifier)-\(trials.count)"
      let count = min(Self.attacksASite, attacks - trials.count)
      // The agent watches folders that are there when it takes the policy.
      let watched = "\(work)-files"
      try FileManager.default.createDirectory(atPath: watched, withIntermediateDirectories: false)
      defer { try? FileManager.default.removeItem(atPath: watched) }
      trials += try await LiveSite.run(policy: Self.policy(watching: watched), in: work) { site in
        var trials: [Trial] = []
        for number in 0..<count { trials.append(try await attack(site, "\(watched)/\(number)", attacker)) }
        return trials
      }
    }
    report(trials)
  }

  private static func policy(watching path: String) -> String {
    """
    name: bench
    time_zone: UTC
    sensors:
      file:
        paths: [\(path)]
    tripwires:
      burst:
        files: \(HostileProcess.trippingFile)
        within: 10s
    containment:
      enabled: true
      reflex:
        enabled: true
        actions: [suspend-process]
        lease: 10m
        most_an_hour: \(attacksASite)
    interlock:
      hosts:
        - {label: \(LiveSite.host), criticality: administrative}

    """
  }

  private func attack(_ site: LiveSite, _ folder: String, _ attacker: String) async throws -> Trial {
    let before = try held(site)
    let process = try HostileProcess.start(in: folder, script: attacker)
    defer { process.end() }
    let frozen = try await process.waitUntilFrozen(within: .seconds(20))
    let proof = try await waitForProof(site, beyond: before)
    let losses = try process.losses()
    guard let last = losses.last, losses.count >= HostileProcess.trippingFile else {
      throw CordonError(.defect, "bench-reflex", "The process was frozen after \(losses.count) files.")
    }
    func since(_ moment: Date, _ end: Date) -> Duration { .seconds(max(0, end.timeIntervalSince(moment))) }
    return Trial(
      lastEventToFrozen: since(last, frozen),
      trippingEventToFrozen: since(losses[HostileProcess.trippingFile - 1], frozen),
      lastEventToProof: since(last, proof), filesLost: losses.count)
  }

  private func held(_ site: LiveSite) throws -> Int {
    try site.list("command", "list").count { $0["state"] as? String == "held" }
  }

  /// When the operator's program first shows one more containment as held, which it is once the agent has verified it.
  private func waitForProof(_ site: LiveSite, beyond before: Int) async throws -> Date {
    let deadline = ContinuousClock.now + .seconds(30)
    while try held(site) <= before {
      guard ContinuousClock.now < deadline else {
        throw CordonError(.unavailable, "bench-proof", "The collector had no proof of a containment in time.")
      }
      try await ContinuousClock().sleep(for: .milliseconds(20))
    }
    return Date()
  }

  private func report(_ trials: [Trial]) {
    var table = MarkdownTable("\(trials.count) attacks", "median", "p99", "most", "aim")
    func row(_ name: String, _ aim: String, _ delay: KeyPath<Trial, Duration>) {
      let delays = Delays(trials.map { $0[keyPath: delay] })
      table.add(
        name, Show.milliseconds(delays.quantile(0.5)), Show.milliseconds(delays.quantile(0.99)),
        Show.milliseconds(delays.quantile(1)), aim)
    }
    row("last hostile event → process frozen by reflex", "p99 under 2 s", \.lastEventToFrozen)
    row("tripping event (file \(HostileProcess.trippingFile)) → frozen", "-", \.trippingEventToFrozen)
    row("last hostile event → verified containment at the operator", "-", \.lastEventToProof)
    let lost = trials.map(\.filesLost).sorted()
    table.add(
      "files lost", "\(lost[lost.count / 2])", "\(lost[lost.count * 99 / 100])", "\(lost[lost.count - 1])", "under 50")
    print(table.text)
    print("Frozen is what the kernel says of the process's control group, read every millisecond from outside.\n")
  }
}
