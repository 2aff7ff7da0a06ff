import CordonAdmin
import CordonCore

/// Any bytes as a CSV file: no trap, and whole columns or one refusal.
func fuzzLabCSV(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  guard let table = try? LabTable(csv: bytes, name: "fuzz.csv") else { return 0 }
  for column in table.columns {
    switch column.values {
    case .numbers(let numbers): precondition(numbers.count == table.rows)
    case .words(let codes, let words):
      precondition(codes.count == table.rows && codes.allSatisfy { $0 >= -1 && $0 < words.count })
    }
  }
  return 0
}
