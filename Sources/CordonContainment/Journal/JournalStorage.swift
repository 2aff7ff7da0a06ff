package import CordonCore

/// Bytes that stay: what the journal needs of a disk.
package protocol JournalStorage: Sendable {
  /// Everything stored; empty where nothing ever was.
  func load() throws(CordonError) -> [UInt8]
  /// Adds bytes at the end; durable when it returns, and all or nothing of them where it throws.
  mutating func append(_ bytes: [UInt8]) throws(CordonError)
  /// Puts other bytes in place of all; durable and atomic.
  mutating func replace(with bytes: [UInt8]) throws(CordonError)
}
