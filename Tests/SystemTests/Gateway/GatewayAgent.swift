import CordonAgent
import CordonCore
import Foundation
import Glibc

/// A real gateway in a site of its own, which may read of patients.
struct GatewayAgent {
  let site: SystemSite
  let agent: LiveAgent

  /// Founds the site, and starts the agent under a policy; `ehr`: what it says of the sensor, in YAML's flow style.
  init(in folder: String, ehr: String) async throws {
    site = try await SystemSite(in: folder)
    try await site.startCollector()
    unlink(site.bundle)
    try await site.cordon(["site", "bundle", "--profile", "gateway", "--out", site.bundle])
    agent = try await LiveAgent("gateway-1", of: site)
    try await site.apply(
      """
      name: gateway
      time_zone: UTC
      heartbeat: 5s
      windows: {ehr_length: 60s, ehr_lateness: 1s}
      sensors: {ehr: {enabled: true, \(ehr)}}

      """)
    try agent.start()
    let follows = try await within(.seconds(60)) { [site] in
      try await site.agent("gateway-1")["policy_serial"] as? Int == 1
    }
    guard follows else { throw CordonError(.unavailable, "policy", "\(agent.said.suffix(2_000))") }
  }

  /// Accesses in all windows that the collector has.
  func accesses() throws -> Int {
    var days: [Int64] = []
    try site.query("SELECT day FROM days") { days.append($0.integer(0)) }
    var sum = 0
    for day in days {
      try site.query("SELECT coalesce(sum(observations), 0) FROM windows_\(day) WHERE schema = 3") {
        sum += Int($0.integer(0))
      }
    }
    return sum
  }

  /// What is open goes out with the agent, and is sent at its next start.
  func settle() async throws {
    await agent.stop()
    try agent.start()
  }

  /// One access as a line of FHIR; each number is another patient.
  static func access(_ number: Int) -> String {
    let time = Date().formatted(.iso8601)
    return """
      {"resourceType":"AuditEvent","subtype":[{"code":"read"}],"action":"R","recorded":"\(time)","outcome":"0",\
      "agent":[{"who":{"identifier":{"value":"user\(number % 7)"}},"requestor":true}],"entity":[{"what":\
      {"identifier":{"value":"\(number)"}},"role":{"code":"1"}}]}

      """
  }
}
