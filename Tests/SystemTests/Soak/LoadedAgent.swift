import CordonCore
import Foundation
import Glibc

/// An enrolled agent whose place `cordon-load` takes: real spool, real uplink, made-up records.
final class LoadedAgent {
  let label: String
  private let site: SystemSite
  private let rate: Int
  private let extra: [String]
  private var starts: UInt32 = 0
  private var program: ChildProgram?

  /// Begins to spool and to send. `state`: where its folder is, if not beside the others'.
  init(_ label: String, of site: SystemSite, rate: Int, state: String? = nil) throws {
    self.label = label
    self.site = site
    self.rate = rate
    extra = ["--state", state ?? "\(site.folder)/\(label)", "--collector", site.uplink]
    try start()
  }

  var said: String { program?.said ?? "" }
  var journal: String { "\(site.folder)/\(label).journal" }

  private func launch(_ arguments: [String]) throws {
    program = try ChildProgram(
      try ChildProgram.path(of: "cordon-load"), extra + ["--journal", journal] + arguments,
      log: "\(site.folder)/\(label).log")
  }

  /// No two starts use the same numbers: what was durable and not yet journaled is not made again.
  private func start() throws {
    starts += 1
    try launch(["--rate", "\(rate)", "--from", "\(starts * 1_000_000)"])
  }

  func crashAndContinue(after pause: Duration) async throws {
    await program?.crash()
    try await Task.sleep(for: pause)
    try start()
  }

  /// Goes on after `stop`.
  func goOn() throws { try start() }

  @discardableResult
  func stop() async -> Int32? { await program?.stop() }

  /// Sends what is left and makes nothing; false where it does not end in time.
  func drain(in limit: Duration) async throws -> Bool {
    try launch(["--drain"])
    let isEmpty = await within(limit) { program?.isRunning == false }
    guard isEmpty else {
      await program?.crash()
      return false
    }
    return await program?.ending() == 0
  }

  /// Numbers of records that the spool called durable.
  func journaled() throws -> Set<UInt32> {
    guard FileManager.default.fileExists(atPath: journal) else { return [] }
    return Set(try String(contentsOfFile: journal, encoding: .utf8).split(separator: "\n").compactMap { UInt32($0) })
  }
}
