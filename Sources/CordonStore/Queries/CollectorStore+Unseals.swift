package import CordonCore
import Foundation
import GRDB

extension CollectorStore {
  /// Keeps a question for names. Code: `unseal-exists`.
  package func addUnseal(
    _ record: UnsealRecord, at now: Timestamp, _ consequences: Consequences = .none
  ) async throws(CordonError) {
    try await write { db in
      try UnsealTable.insert(db, record)
      try consequences.write(db, at: now)
    }
  }

  /// Changes the copy that the caller read in a state. Code: `unseal-changed`.
  package func changeUnseal(
    _ record: UnsealRecord, from state: UnsealRecord.State, at now: Timestamp, _ consequences: Consequences = .none
  ) async throws(CordonError) {
    try await write { db in
      try UnsealTable.update(db, record, from: state)
      try consequences.write(db, at: now)
    }
  }

  /// Nil where there is none.
  package func unseal(_ id: UniqueID) async throws(CordonError) -> UnsealRecord? {
    try await read { db in
      try Row.fetchOne(db, sql: "SELECT * FROM unseals WHERE id = ?", arguments: [id.data]).map(UnsealTable.read)
    }
  }

  /// Asked last first.
  package func unseals(most: Int) async throws(CordonError) -> [UnsealRecord] {
    try await read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM unseals ORDER BY asked_ms DESC, id DESC LIMIT ?", arguments: [most])
        .map(UnsealTable.read)
    }
  }
}
