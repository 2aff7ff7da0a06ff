import CordonAdmin
import CordonCore

/// Any bytes as an .npz file: no trap, and whole columns or one refusal.
func fuzzLabArchive(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  guard let table = try? LabTable(npz: bytes, name: "fuzz.npz") else { return 0 }
  for column in table.columns {
    guard case .numbers(let numbers) = column.values else { preconditionFailure("an archive has numbers alone") }
    precondition(numbers.count == table.rows)
  }
  return 0
}
