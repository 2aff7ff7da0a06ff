package import CordonCollector
import CordonCore
import CordonTrust
package import CordonWire
import FoundationEssentials
package import GRPCCore

/// `Admin` over gRPC: everything the CLI and the console do. Who may call what is the access table's business.
package struct AdminAdapter: Cordon_V1_Admin.SimpleServiceProtocol {
  let domain: CollectorDomain
  let ledger: LedgerService

  package init(_ domain: CollectorDomain, ledger: LedgerService) {
    self.domain = domain
    self.ledger = ledger
  }

  /// The caller, as the ledger will name them.
  func caller(_ context: ServerContext) throws -> OperatorName { OperatorName(try context.peer.operatorName) }

  package func getStatus(
    request: Cordon_V1_GetStatusRequest, context: ServerContext
  ) async throws -> Cordon_V1_GetStatusResponse {
    Cordon_V1_GetStatusResponse(try await domain.status.status())
  }

  package func exportLedger(
    request: Cordon_V1_ExportLedgerRequest, response: RPCWriter<Cordon_V1_LedgerChunk>, context: ServerContext
  ) async throws {
    var next = request.from
    while true {
      let entries = try await ledger.entries(from: next)
      guard let last = entries.last else { break }
      var chunk = Cordon_V1_LedgerChunk()
      chunk.entries = entries.map(Cordon_V1_LedgerEntry.init)
      try await response.write(chunk)
      next = last.index + 1
    }
    var end = Cordon_V1_LedgerChunk()
    end.checkpoint = try await ledger.newestCheckpoint()
    end.checkpoints = try await ledger.checkpoints()
    end.key = ledger.publicKey
    try await response.write(end)
  }
}

extension Cordon_V1_LedgerEntry {
  init(_ entry: LedgerEntry) {
    self.init()
    index = entry.index
    salt = Data(entry.salt)
    if let bytes = entry.record { record = Data(bytes) }
    leaf = Data(entry.leaf)
  }
}

/// An id that a caller sent: 16 bytes. Code: `malformed`.
func uniqueID(_ bytes: Data, _ what: String) throws(CordonError) -> UniqueID {
  guard let id = UniqueID(bytes: bytes) else {
    throw CordonError(.invalid, "malformed", "\(what) has \(bytes.count) bytes, not \(UniqueID.length).")
  }
  return id
}
