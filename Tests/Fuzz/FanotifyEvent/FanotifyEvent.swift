import CordonTelemetry

/// Any bytes as what read(2) gave of a fanotify descriptor: no trap, no event made of nothing.
func fuzzFanotifyEvent(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let decoded = FanotifyEvent.decode(Array(UnsafeBufferPointer(start: data, count: count)))
  precondition(decoded.events.count * 24 <= count)
  return 0
}
