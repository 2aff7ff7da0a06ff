import CordonCore
import Foundation

/// The audit system's own daemon, run from an unpacked package beside an agent: the peer that writes the same records.
struct AuditDaemon {
  private let process: Process

  var pid: Int32 { process.processIdentifier }

  /// Starts it with logs and settings of its own.
  ///
  /// - Parameter program: the path of `auditd`.
  static func start(_ program: String, in folder: String) throws -> AuditDaemon {
    let manager = FileManager.default
    try manager.createDirectory(
      atPath: "\(folder)/plugins", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
    let settings = """
      local_events = yes
      write_logs = yes
      log_file = \(folder)/audit.log
      log_format = RAW
      flush = INCREMENTAL_ASYNC
      freq = 50
      max_log_file = 64
      num_logs = 3
      max_log_file_action = ROTATE
      space_left = 75
      space_left_action = IGNORE
      admin_space_left = 50
      admin_space_left_action = IGNORE
      disk_full_action = IGNORE
      disk_error_action = IGNORE
      q_depth = 2000
      overflow_action = IGNORE
      plugin_dir = \(folder)/plugins

      """
    guard
      manager.createFile(
        atPath: "\(folder)/auditd.conf", contents: Data(settings.utf8), attributes: [.posixPermissions: 0o640])
    else { throw CordonError(.unavailable, "bench-auditd", "\(folder) cannot be written to.") }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = ["-n", "-c", folder]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    Thread.sleep(forTimeInterval: 2)
    guard process.isRunning else {
      throw CordonError(
        .unavailable, "bench-auditd", "auditd ended at once (\(process.terminationStatus)).",
        remedy: "Is another audit daemon running?")
    }
    return AuditDaemon(process: process)
  }

  /// Ends it, by force where it first wants to write down all that waits.
  func end() {
    process.terminate()
    for _ in 0..<50 where process.isRunning { Thread.sleep(forTimeInterval: 0.1) }
    kill(pid, SIGKILL)
  }
}
