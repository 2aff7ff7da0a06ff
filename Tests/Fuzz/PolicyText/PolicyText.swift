import CordonPolicy

/// Any bytes as a policy file: no trap, and always an answer.
func fuzzPolicyText(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  _ = PolicyCompiler.compile(Array(UnsafeBufferPointer(start: data, count: count)), file: "fuzz.yaml")
  return 0
}
