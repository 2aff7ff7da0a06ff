import CordonContainment
import CordonCore

/// A disk that holds what the fuzzer says.
private struct FuzzedStorage: JournalStorage {
  var bytes: [UInt8]

  func load() throws(CordonError) -> [UInt8] { bytes }
  mutating func append(_ more: [UInt8]) throws(CordonError) { bytes += more }
  mutating func replace(with other: [UInt8]) throws(CordonError) { bytes = other }
}

/// Any bytes as an agent's journal: no trap, and what was understood is understood again from what it writes.
func fuzzJournalFile(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  guard let journal = try? Journal(storage: FuzzedStorage(bytes: bytes)) else { return 0 }
  precondition(journal.damagedBytes <= count)
  precondition(journal.state.holds.count <= JournalState.mostHolds)
  guard var again = try? Journal(storage: FuzzedStorage(bytes: [])) else { preconditionFailure("an empty journal") }
  for entry in journal.state.snapshot { try? again.commit([entry]) }
  precondition(again.state.holds == journal.state.holds, "a hold is written back otherwise")
  return 0
}
