package import CordonCore
package import CordonStore
import Glibc

/// The folder in which a collector keeps its keys, certificates and database.
///
/// It holds an intermediate CA, a standing key and a ledger key: nothing with which a policy, a roster or an order
/// beyond the standing authority could be made.
package enum CollectorFolder {
  /// Within the folder.
  package static let database = "collector.sqlite"
  /// Bytes of a file that an operator hands over.
  private static let mostBytes = 4 << 20

  /// Makes the folder for its owner alone; one that is there already stays as it is.
  package static func make(_ path: String) throws(CordonError) {
    guard mkdir(path, 0o700) != 0, errno != EEXIST else { return }
    throw CordonError(
      .inputOutput, "folder", "\(path) cannot be made: \(String(cString: strerror(errno))).",
      remedy: "Make the folder above it, or name another with --state.")
  }

  /// Opens the folder's database, making it where there is none.
  package static func openStore(in folder: String) throws(CordonError) -> CollectorStore {
    try CollectorStore(path: "\(folder)/\(database)")
  }

  /// Copies a folder's database as it is at one moment. Codes: `not-initialised`, `backup-exists`.
  package static func backUp(_ folder: String, to path: String) async throws(CordonError) {
    guard access("\(folder)/\(database)", F_OK) == 0 else {
      throw CordonError(
        .missing, "not-initialised", "There is no database in \(folder).",
        remedy: "Name the collector's folder with --state.")
    }
    try await openStore(in: folder).backup(to: path)
  }

  /// Reads a file that need not be private, such as a grant. Codes: `file`, `oversized`.
  package static func read(_ path: String) throws(CordonError) -> [UInt8] {
    guard let file = fopen(path, "rb") else {
      throw CordonError(.missing, "file", "\(path) cannot be read: \(String(cString: strerror(errno))).")
    }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: mostBytes + 1)
    let count = fread(&bytes, 1, bytes.count, file)
    guard count <= mostBytes else {
      throw CordonError(.invalid, "oversized", "\(path) has more than \(mostBytes) bytes.")
    }
    return Array(bytes.prefix(count))
  }
}
