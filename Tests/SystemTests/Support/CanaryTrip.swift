import CordonTestSupport
import Foundation
import Testing

/// A canary file that somebody touches, which a live agent reports.
struct CanaryTrip {
  /// The detection's id, as the operator's program lists it.
  let detection: String
  /// The file's name.
  let canary: String

  /// Applies a policy that guards a folder below the site's, which is made, starts the agent, and touches what it planted.
  static func make(in files: String, of site: SystemSite, by agent: LiveAgent) async throws -> CanaryTrip {
    try FileManager.default.createDirectory(atPath: files, withIntermediateDirectories: true)
    try await site.apply(
      """
      name: canary
      time_zone: UTC
      heartbeat: 1s
      sensors: {file: {paths: [\(files)]}}
      tripwires: {canary_folders: [\(files)]}

      """)
    try agent.start()
    let isPlanted = try await within(.seconds(60)) {
      try FileManager.default.contentsOfDirectory(atPath: files).isEmpty == false
    }
    #expect(isPlanted, "\(agent.said.suffix(2_000))")
    let canary = try #require(try FileManager.default.contentsOfDirectory(atPath: files).first)
    var found: String?
    let isTripped = try await within(.seconds(60)) {
      try await ChildProgram.run("/bin/sh", ["-c", "echo touched >> \(files)/\(canary)"])
      found =
        try await site.list("detection", "list")
        .first { $0["rule"] as? String == "canary-touched" }?["id"] as? String
      return found != nil
    }
    #expect(isTripped, "\(agent.said.suffix(2_000))")
    return CanaryTrip(detection: try #require(found), canary: canary)
  }
}
