import CordonCore
import Foundation
import Glibc

/// The real agent, both processes, as root: enrolled into a site, run until it is told to stop.
final class LiveAgent {
  let label: String
  let config: String
  private let site: SystemSite
  private(set) var program: ChildProgram?

  /// Enrols it; it does not run yet. The worker becomes `nobody`.
  init(_ label: String, of site: SystemSite) async throws {
    self.label = label
    self.site = site
    // The worker's account must come through to its own folder.
    chmod(site.folder, 0o755)
    config = try await site.enrol(label, account: "nobody")
  }

  /// Another place for an identity that is there already, as a copied disk would be.
  init(copyOf other: LiveAgent, as name: String) async throws {
    label = other.label
    site = other.site
    config = "\(site.folder)/\(name).conf"
    try await ChildProgram.run("/bin/cp", ["-a", "\(site.folder)/\(other.label)", "\(site.folder)/\(name)"])
    let text = try String(contentsOfFile: other.config, encoding: .utf8)
      .replacingOccurrences(of: "\(site.folder)/\(other.label)", with: "\(site.folder)/\(name)")
    try text.write(toFile: config, atomically: true, encoding: .utf8)
  }

  var said: String { program?.said ?? "" }

  /// - Parameters:
  ///   - recording: an audit.log, or a pipe, that it reads in place of this machine's sensors.
  ///   - accounts: who was recorded.
  func start(reading recording: String? = nil, accounts: String? = nil) throws {
    program = try ChildProgram(
      try ChildProgram.path(of: "cordon-agent"),
      ["run", "--config", config] + (recording.map { ["--recording", $0] } ?? [])
        + (accounts.map { ["--accounts", $0] } ?? []), log: "\(config).log")
  }

  func stop() async { await program?.stop() }

  func crash() async { await program?.crash() }
}

extension SystemSite {
  /// What `cordon … --output json` says.
  func list(_ arguments: String...) async throws -> [[String: Any]] {
    let text = try await cordon(arguments + ["--output", "json"])
    return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]] ?? []
  }

  /// What `cordon … --output json` says, where that is one object.
  func object(_ arguments: String...) async throws -> [String: Any] {
    let text = try await cordon(arguments + ["--output", "json"])
    return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
  }

  /// What the collector says of an agent, by its label.
  func agent(_ label: String) async throws -> [String: Any] {
    try await list("agent", "list").first { $0["label"] as? String == label } ?? [:]
  }

  func isConnected(_ label: String) async throws -> Bool { try await agent(label)["connected"] as? Bool == true }

  /// Signs and applies a policy.
  func apply(_ policy: String) async throws {
    let file = "\(folder)/policy.yaml"
    try policy.write(toFile: file, atomically: true, encoding: .utf8)
    try await cordon(["policy", "apply", file])
  }
}
