import CordonTelemetry

/// Any bytes as a file source's record: no trap, and what is read is written back the same.
func fuzzFileRecord(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  if let record = FileRecord(bytes) { precondition(record.encoded == bytes) }
  return 0
}
