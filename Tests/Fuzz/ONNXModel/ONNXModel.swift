import CordonLearning
import CordonONNX

/// Any bytes as an ONNX file: no trap, and a model that comes out scores finite numbers and can be written again.
func fuzzONNXModel(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  guard let imported = try? ONNXImporter.model(from: bytes) else { return 0 }
  for value: Float in [0, 1, -1e30, .greatestFiniteMagnitude, .nan] {
    let row = [Float](repeating: value, count: imported.model.columns)
    precondition(imported.model.score(row).isFinite, "a score is not finite")
  }
  _ = try? OracleCheck.compare(imported, with: bytes, seed: 1)
  precondition((try? ONNXExporter.bytes(of: imported.model)) != nil, "an imported model cannot be written")
  return 0
}
