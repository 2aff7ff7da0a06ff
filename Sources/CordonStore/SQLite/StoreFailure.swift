import CordonCore
import GRDB

/// Turns what the database says into what a person can act on.
enum StoreFailure {
  static func translate(_ error: any Error, path: String) -> CordonError {
    if let error = error as? CordonError { return error }
    guard let error = error as? DatabaseError else {
      return CordonError(.inputOutput, "store-failed", "The database \(path) failed: \(error).")
    }
    return switch error.resultCode {
    case .SQLITE_FULL: full(path)
    case .SQLITE_CORRUPT, .SQLITE_NOTADB:
      CordonError(
        .inputOutput, "store-corrupt", "The database \(path) is damaged: \(error.message ?? "not a database").",
        remedy: "Stop the collector, keep the file for analysis, and restore the newest backup; agents send again.")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      CordonError(
        .unavailable, "store-busy", "The database \(path) is locked by another process.",
        remedy: "Does a second collector or a backup tool hold it?")
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
      CordonError(
        .inputOutput, "store-readonly", "The database \(path) cannot be written.",
        remedy: "Check owner and mode of the file and its folder.")
    case .SQLITE_CANTOPEN:
      CordonError(
        .inputOutput, "store-unopened", "The database \(path) cannot be opened.",
        remedy: "Does its folder exist, and may the collector's user write there?")
    case .SQLITE_CONSTRAINT:
      CordonError(.conflict, "store-constraint", "The database refused a row: \(error.message ?? "constraint").")
    case .SQLITE_IOERR: inputOutput(error, path: path)
    default:
      CordonError(.inputOutput, "store-failed", "The database \(path) failed: \(error.message ?? "\(error)").")
    }
  }

  private static func full(_ path: String) -> CordonError {
    CordonError(
      .exhausted, "store-full", "There is no space left for the database \(path).",
      remedy: "Free space or shorten the retention; nothing was lost, agents keep what is not acknowledged.")
  }

  private static func inputOutput(_ error: DatabaseError, path: String) -> CordonError {
    CordonError(
      .inputOutput, "store-io",
      "Reading or writing the database \(path) failed (SQLite code \(error.extendedResultCode.rawValue)).",
      remedy: "Look at the kernel's log for the disk's health.")
  }

  static func defect(_ message: String) -> CordonError { CordonError(.defect, "store-defect", message) }

  /// A row that no version of ours wrote.
  static func badRow(_ table: String, _ column: String) -> CordonError {
    CordonError(
      .inputOutput, "store-corrupt", "A row of \(table) has no readable \(column).",
      remedy: "Stop the collector, keep the file for analysis, and restore the newest backup; agents send again.")
  }
}
