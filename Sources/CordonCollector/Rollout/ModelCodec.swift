package import CordonLearning

/// Bundles as bytes and back: the collector's services know no protobuf, so whoever wires them hands this in.
package struct ModelCodec: Sendable {
  /// Throws `oversized`.
  package var encode: @Sendable (ModelBundle) throws -> [UInt8]
  /// Throws what a hostile bundle deserves.
  package var decode: @Sendable ([UInt8]) throws -> ModelBundle

  package init(
    encode: @escaping @Sendable (ModelBundle) throws -> [UInt8],
    decode: @escaping @Sendable ([UInt8]) throws -> ModelBundle
  ) {
    self.encode = encode
    self.decode = decode
  }
}
