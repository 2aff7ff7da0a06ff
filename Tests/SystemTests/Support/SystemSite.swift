import CordonAgent
import CordonCore
import Foundation
import Glibc

/// A site in a folder of its own, made by the real programs: an operator, a collector on loopback, tokens, agents.
final class SystemSite {
  static let package = URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL

  let folder: String
  let uplink: String
  let enrolment: String
  /// The running collector; nil while it is down.
  private(set) var collector: ChildProgram?
  private let clocks: SiteClocks?
  private var tokens = 0

  /// Founds the site and admits its collector, which does not run yet.
  ///
  /// - Parameters:
  ///   - clocks: those of the programs; the machine's unless said otherwise.
  ///   - authority: what the founder's key may sign beside the usual.
  init(in folder: String, clocks: SiteClocks? = nil, authority: [String] = []) async throws {
    self.folder = folder
    self.clocks = clocks
    let ports = try FreePort.pair()
    uplink = "127.0.0.1:\(ports.0)"
    enrolment = "127.0.0.1:\(ports.1)"
    try await cordon(
      ["site", "init", "--site", "Test", "--trust-domain", "test.example", "--collector", uplink, "--operator", "ann"]
        + (authority.isEmpty ? [] : (["policy", "model", "respond"] + authority).flatMap { ["--authority", $0] }))
    try await prepare(["--address", "127.0.0.1", "--dns", "localhost"])
    try await cordon(
      ["site", "sign-collector", "\(state)/collector.request", "--out", "\(folder)/collector.grant"])
    try await prepare(["--grant", "\(folder)/collector.grant"])
    try await cordon(["site", "bundle", "--out", bundle])
  }

  var state: String { "\(folder)/collector" }
  var database: String { "\(state)/collector.sqlite" }
  var bundle: String { "\(folder)/site.bundle" }
  var collectorLog: String { "\(folder)/collector.log" }

  private func prepare(_ arguments: [String]) async throws {
    try await ChildProgram.run(
      try ChildProgram.path(of: "cordon-collector"), ["init", "--state", state] + arguments,
      environment: clocks?.collector.environment ?? [:])
  }

  /// Runs the operator's program.
  @discardableResult
  func cordon(_ arguments: [String]) async throws -> String {
    let environment = clocks?.others.environment ?? [:]
    return try await ChildProgram.run(
      try ChildProgram.path(of: "cordon"), arguments,
      environment: environment.merging(["CORDON_HOME": "\(folder)/operator"]) { $1 })
  }

  /// Grants the collector anew under a later CA root; it takes effect at its next start.
  func grantAgain(root: String) async throws {
    let grant = "\(folder)/collector-\(root).grant"
    try await cordon(["site", "sign-collector", "\(state)/collector.request", "--root", root, "--out", grant])
    try await prepare(["--grant", grant])
  }

  // MARK: The collector

  /// Starts the collector; it may not listen yet.
  func launchCollector(configuration: String? = nil) throws {
    collector = try ChildProgram(
      try ChildProgram.path(of: "cordon-collector"),
      ["run", "--state", state, "--uplink-address", uplink, "--enrolment-address", enrolment]
        + (configuration.map { ["--config", $0] } ?? []),
      environment: clocks?.collector.environment ?? [:], log: collectorLog)
  }

  /// Starts the collector and waits until it answers.
  func startCollector(configuration: String? = nil) async throws {
    try launchCollector(configuration: configuration)
    let answers = await within(.seconds(30)) { (try? await cordon(["status"])) != nil }
    guard answers else {
      throw CordonError(
        .unavailable, "collector", "The collector does not answer: \(collector?.said.suffix(4_000) ?? "")")
    }
  }

  func crashCollector() async {
    await collector?.crash()
    collector = nil
  }

  /// Stops it in good order; its exit status.
  @discardableResult
  func stopCollector() async -> Int32? {
    let status = await collector?.stop()
    collector = nil
    return status
  }

  /// A file that holds a new token.
  func token(uses: Int = 1) async throws -> String {
    tokens += 1
    let path = "\(folder)/token-\(tokens)"
    try await cordon(["token", "create", "--uses", "\(uses)", "--out", path])
    return path
  }

  // MARK: Agents

  /// Enrols an agent by its own program; its configuration file.
  ///
  /// - Parameter account: what the worker becomes; the account of the test unless said otherwise.
  func enrol(_ label: String, account: String? = nil) async throws -> String {
    let agent = "\(folder)/\(label)"
    let config = "\(agent).conf"
    let text = """
      CORDON_COLLECTOR=\(uplink)
      CORDON_ENROLMENT=\(enrolment)
      CORDON_BUNDLE=\(bundle)
      CORDON_STATE=\(agent)
      CORDON_RUN=\(agent)/run
      CORDON_USER=\(account ?? (getuid() == 0 ? "nobody" : NSUserName()))

      """
    try text.write(toFile: config, atomically: true, encoding: .utf8)
    try await ChildProgram.run(
      try ChildProgram.path(of: "cordon-agent"),
      ["enroll", "--config", config, "--label", label, "--token-file", try await token()],
      environment: clocks?.others.environment ?? [:])
    return config
  }

  /// Reads the collector's database.
  func query(_ sql: String, _ row: (SQLiteStatement) -> Void) throws {
    let database = try SQLiteDatabase(path: database)
    defer { database.close() }
    try database.rows(sql, [], row)
  }
}
