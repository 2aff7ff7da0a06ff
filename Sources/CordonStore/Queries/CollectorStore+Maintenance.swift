package import CordonCore
import Foundation
import GRDB

extension CollectorStore {
  /// Findings that `check` lists, at most.
  package static let mostFindings = 100

  /// Reads the whole database and compares it with its own rules; empty where nothing is wrong. Takes minutes at scale.
  package func check() async throws(CordonError) -> [String] {
    try await read { db in
      let structure = try String.fetchAll(db, sql: "PRAGMA integrity_check(\(Self.mostFindings))").filter { $0 != "ok" }
      let references = try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").prefix(Self.mostFindings).map { row in
        "A row of \(try row.value("table") as String) refers to one of \(try row.value("parent") as String) that is not there."
      }
      return Array((structure + references).prefix(Self.mostFindings))
    }
  }

  /// Copies the database, as it is at one moment, to a file that must not exist yet; ingest goes on meanwhile.
  ///
  /// The copy is owner-readable only, and complete once the verb returns.
  ///
  /// - Throws: `backup-exists` (conflict); `store-full` and its like.
  package func backup(to path: String) async throws(CordonError) {
    guard !FileManager.default.fileExists(atPath: path) else {
      throw CordonError(
        .conflict, "backup-exists", "There is a file \(path) already.", remedy: "Name another, or remove it.")
    }
    let partial = path + ".partial"
    try? FileManager.default.removeItem(atPath: partial)
    guard FileManager.default.createFile(atPath: partial, contents: nil, attributes: [.posixPermissions: 0o600]) else {
      throw CordonError(
        .inputOutput, "store-unopened", "The backup \(partial) cannot be made.",
        remedy: "Does its folder exist, and may you write there?")
    }
    try await read { db in
      let copy = try DatabaseQueue(path: partial)
      try copy.writeWithoutTransaction { target in try db.backup(to: target) }
      try copy.close()
    }
    do {
      try FileManager.default.moveItem(atPath: partial, toPath: path)
    } catch {
      throw CordonError(.inputOutput, "store-io", "The backup \(partial) could not be renamed to \(path): \(error).")
    }
  }
}

extension CollectorStore {
  /// What `PRAGMA synchronous` calls FULL.
  package static let fullSynchronous = 2

  /// The level at which the writer waits for the disk, for `doctor` and tests: anything but FULL may lose what was
  /// acknowledged.
  package func synchronousLevel() async throws(CordonError) -> Int {
    try await write { db in try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? 0 }
  }
}
