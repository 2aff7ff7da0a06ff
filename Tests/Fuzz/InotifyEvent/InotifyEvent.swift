import CordonTelemetry

/// Any bytes as what read(2) gave of an inotify descriptor: no trap, no event made of nothing.
func fuzzInotifyEvent(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let decoded = InotifyEvent.decode(Array(UnsafeBufferPointer(start: data, count: count)))
  precondition(decoded.events.count * 16 <= count)
  return 0
}
