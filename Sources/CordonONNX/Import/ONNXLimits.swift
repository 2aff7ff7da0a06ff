/// Bounds of what an ONNX file may hold; anything past one is refused before it costs memory or time.
package enum ONNXLimits {
  /// Bytes of a file: many times what fits a bundle of 2 MiB.
  package static let fileBytes = 32 << 20
  /// Nodes of a graph; scikit-learn's isolation forest of 100 trees has some 2,800.
  package static let nodes = 20_000
  /// Elements of one constant.
  package static let elements = 1 << 21
  /// Dimensions of one constant.
  package static let rank = 8
  /// Columns of the rows that a graph reads.
  package static let columns = 4096
  /// Leaves and weights touched over a whole compilation, so that few nodes over many leaves end too.
  package static let work = 1 << 26
  /// UTF-8 bytes of a name that is repeated in an error.
  package static let nameInError = 64
}
