import CordonCore
import CordonLedger
import CordonTestSupport

/// A ledger with so many entries, one checkpoint every few, as the sequencer makes it.
struct LedgerFixture {
  let signer: LedgerSigner
  var entries: [LedgerEntry] = []
  var checkpoints: [String] = []
  var tree = LedgerTreeState.empty

  init(_ count: Int, each step: Int = 4, seed: UInt64 = 1, key: UInt8 = 5) throws {
    signer = try LedgerSigner(name: "hospital.example/ledger", privateKey: Array(repeating: key, count: 32))
    var randomness = SeededRandomness(seed: seed)
    let sequencer = LedgerSequencer(signer: signer)
    for start in stride(from: 0, to: count, by: step) {
      let pending = (start..<min(start + step, count)).map { number in
        PendingLedgerRecord(order: Int64(number), writtenAt: FakeClock.start, record: Self.record(number))
      }
      guard let made = try sequencer.step(pending, tree: tree, randomness: &randomness) else { continue }
      entries += made.entries
      checkpoints.append(made.checkpoint)
      tree = made.after
    }
  }

  static func record(_ number: Int) -> [UInt8] {
    LedgerRecord(.policyApplied, at: FakeClock.start, actor: "operator/ann", subject: "policy-\(number)").canonicalBytes
  }

  func export() throws -> String {
    var writer = LedgerExportWriter()
    return try writer.header(signer.verifierKey) + writer.lines(entries, checkpoints: checkpoints) + writer.end()
  }
}

/// Verifies the text of an export.
func verify(_ text: String, key: LedgerVerifierKey? = nil, seen: [String] = []) throws -> LedgerReport {
  var verifier = try LedgerVerifier(key: key, seen: seen)
  for line in text.split(separator: "\n", omittingEmptySubsequences: false) { verifier.take(line.utf8) }
  return verifier.finish()
}
