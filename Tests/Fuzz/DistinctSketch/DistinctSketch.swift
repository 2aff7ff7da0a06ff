import CordonLearning

/// Any bytes as a distinct-count sketch: no trap, and what is read has one encoding, which is read the same.
func fuzzDistinctSketch(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  guard let sketch = try? HyperLogLog(encoded: bytes) else { return 0 }
  let again = try? HyperLogLog(encoded: sketch.encoded)
  precondition(again?.encoded == sketch.encoded)
  return 0
}
