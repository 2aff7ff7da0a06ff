import CordonPolicy

/// Any bytes as an event mapping: no trap, and a mapping that comes out keeps to its bounds.
func fuzzEventMapping(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  guard let mapping = try? EventMappingReader.read(bytes, file: "fuzz.yaml") else { return 0 }
  precondition((1...EventMappingReader.mostFeatures).contains(mapping.features.count))
  precondition(mapping.features.allSatisfy { $0.hours?.allSatisfy((0...23).contains) ?? true }, "an hour is none")
  return 0
}
