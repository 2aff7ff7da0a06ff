import ArgumentParser
import CordonCore
import CordonLedger
import CordonWire
import GRPCCore

struct LedgerExportCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write the whole ledger to a file, for verification without the collector.",
    discussion: """
      The file is JSON Lines: entries as far as the newest signed checkpoint covers them, and every checkpoint. The \
      ledger's key is kept in this home at the first export; a later one that differs is refused.

      Examples:
        cordon ledger export ledger.jsonl
        cordon ledger verify ledger.jsonl
      """)

  /// Beyond any ledger's end: the answer holds the checkpoints alone.
  private static let pastTheEnd = UInt64(Int64.max / 2)

  @OptionGroup var common: CommonOptions
  @Argument(help: "A new file, of mode 0600.", completion: .file()) var file: String

  /// What the collector signed: ascending, the newest last.
  private struct Promise: Sendable {
    var key: LedgerVerifierKey
    var checkpoints: [String]
    var size: UInt64
  }

  func run(in session: AdminSession) async throws -> Report {
    let promise = try await promise(session)
    try LedgerPin.keep(promise.key, session.home)
    var progress = ProgressLine(in: session.environment)
    let path = file
    var exported: UInt64 = 0
    try await OutputFile.write(to: path) { output in
      var writer = LedgerExportWriter()
      try output.append(try writer.header(promise.key))
      try output.append(try writer.lines([], checkpoints: promise.checkpoints))
      while exported < promise.size {
        let entries = try await Self.entries(from: exported, of: promise.size, session)
        guard !entries.isEmpty else { break }
        try output.append(try writer.lines(entries))
        exported += UInt64(entries.count)
        progress.update("entries exported", exported)
      }
      try output.append(try writer.end())
    }
    progress.finish()
    return Report(
      "\(exported) entries and \(promise.checkpoints.count) checkpoints are in \(path). "
        + "Verify: cordon ledger verify \(path)",
      [
        "file": .text(path), "entries": .unsigned(exported), "checkpoints": .integer(Int64(promise.checkpoints.count)),
        "key": .text(promise.key.text),
      ])
  }

  private func promise(_ session: AdminSession) async throws -> Promise {
    var request = Cordon_V1_ExportLedgerRequest()
    request.from = Self.pastTheEnd
    let last = try await session.client.exportLedger(request, options: AdminCall.options) { response in
      var last = Cordon_V1_LedgerChunk()
      for try await chunk in response.messages { last = chunk }
      return last
    }
    let key = try LedgerPin.key(last.key)
    var sized: [(size: UInt64, note: String)] = []
    for note in Set(last.checkpoints + [last.checkpoint]) where !note.isEmpty {
      sized.append((try Checkpoint(verifying: note, key: key).size, note))
    }
    sized.sort { ($0.size, $0.note) < ($1.size, $1.note) }
    guard let size = sized.last?.size else {
      throw CordonError(
        .unavailable, "no-checkpoint", "The collector has signed no checkpoint yet.", remedy: "Try again in a minute.")
    }
    return Promise(key: key, checkpoints: sized.map(\.note), size: size)
  }

  /// Entries of one piece of the export: the stream is left once it is enough, and taken up where it ended.
  private static func entries(
    from: UInt64, of size: UInt64, _ session: AdminSession
  ) async throws -> [LedgerEntry] {
    var request = Cordon_V1_ExportLedgerRequest()
    request.from = from
    return try await session.client.exportLedger(request) { response in
      var entries: [LedgerEntry] = []
      for try await chunk in response.messages {
        for entry in chunk.entries where entry.index < size {
          entries.append(
            LedgerEntry(
              index: entry.index, salt: [UInt8](entry.salt), record: entry.hasRecord ? [UInt8](entry.record) : nil,
              leaf: [UInt8](entry.leaf)))
        }
        if entries.count >= entriesAtOnce { break }
      }
      return entries
    }
  }

  /// Entries held in memory at a time, and a chunk more.
  static let entriesAtOnce = 20_000
}
