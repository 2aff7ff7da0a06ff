import CordonTelemetry

/// Any bytes as an audit trail's file, cut where the first byte says.
func fuzzTrailFile(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  let whole = EHRSensor.records(inReplay: bytes)
  let step = Int(bytes.first ?? 0) + 1
  var framer = EHRFramer()
  var records: [[UInt8]] = []
  for start in stride(from: 0, to: bytes.count, by: step) {
    let part = bytes[start..<min(start + step, bytes.count)]
    records += framer.take(part)
    precondition(framer.pending <= EHRFramer.limit + step)
  }
  if let last = framer.finish() { records.append(last) }
  precondition(records == whole.records && framer.dropped == whole.dropped)
  return 0
}
