import CordonCore
import Foundation

/// The demo's attacker, run on files of its own as an account without rights, and watched from outside.
struct HostileProcess {
  private static let files = 200
  /// The file whose change trips the policy's burst.
  static let trippingFile = 12

  private let process: Process
  private let folder: String

  private var pid: Int32 { process.processIdentifier }

  /// Makes the files and begins to encrypt them; the other end of its calls is a port of this machine where nobody is.
  static func start(in folder: String, script: String) throws -> HostileProcess {
    let manager = FileManager.default
    try manager.createDirectory(atPath: folder, withIntermediateDirectories: false)
    let letter = String(repeating: "A patient's letter, made up. It says nothing. ", count: 140)
    var names = [".cordon-demo-folder"]
    try "".write(toFile: "\(folder)/\(names[0])", atomically: false, encoding: .utf8)
    for number in 0..<files {
      names.append("letter-\(1_000 + number).txt")
      try letter.write(toFile: "\(folder)/letter-\(1_000 + number).txt", atomically: false, encoding: .utf8)
    }
    let nobody: uid_t = 65_534
    chown(folder, nobody, nobody)
    for name in names { chown("\(folder)/\(name)", nobody, nobody) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
    process.arguments = [
      "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "/usr/bin/python3", script, folder, "127.0.0.1",
      "\(try Ports.free())",
    ]
    try process.run()
    return HostileProcess(process: process, folder: folder)
  }

  /// Waits until the kernel says that the process is frozen or stopped, and returns when that was, to a millisecond.
  func waitUntilFrozen(within patience: Duration) async throws -> Date {
    let deadline = ContinuousClock.now + patience
    while ContinuousClock.now < deadline {
      if isFrozen { return Date() }
      try await ContinuousClock().sleep(for: .milliseconds(1))
    }
    throw CordonError(.unavailable, "bench-reflex", "No reflex came within \(patience).")
  }

  private var isFrozen: Bool {
    guard let groups = try? String(contentsOfFile: "/proc/\(pid)/cgroup", encoding: .utf8),
      let group = groups.split(separator: "\n").first(where: { $0.hasPrefix("0::") })?.dropFirst(3)
    else { return false }
    if let mount = Self.mount,
      let events = try? String(contentsOfFile: "\(mount)\(group)/cgroup.events", encoding: .utf8),
      events.contains("frozen 1")
    {
      return true
    }
    let status = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
    return status.contains(") T ")
  }

  /// Where control groups of the second version are mounted.
  private static let mount: String? = {
    let mounts = (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? ""
    for line in mounts.split(separator: "\n") {
      let fields = line.split(separator: " ")
      if fields.count > 2, fields[2] == "cgroup2" { return String(fields[1]) }
    }
    return nil
  }()

  /// When each lost file was written last, in order, as the file system says.
  func losses() throws -> [Date] {
    let manager = FileManager.default
    return try manager.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".locked") }.compactMap { name in
      try manager.attributesOfItem(atPath: "\(folder)/\(name)")[.modificationDate] as? Date
    }.sorted()
  }

  func end() {
    kill(pid, SIGKILL)
    process.waitUntilExit()
  }
}
