import CordonLearning
import CordonWire

/// Any bytes as a model's bundle: no trap, it is written back as it was read, and its model scores finite numbers.
func fuzzModelBundle(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  guard let bundle = try? ModelBundle(encoded: bytes) else { return 0 }
  let written = try? bundle.encoded()
  precondition(written.flatMap { try? ModelBundle(encoded: $0) } == bundle, "a bundle is written back otherwise")
  for value: Float in [0, 1, -1e30, .greatestFiniteMagnitude, .nan] {
    let row = [Float](repeating: value, count: bundle.model.columns)
    precondition(bundle.model.score(row).isFinite, "a score is not finite")
  }
  return 0
}
