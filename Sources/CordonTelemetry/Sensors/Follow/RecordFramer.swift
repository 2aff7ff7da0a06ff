/// Cuts a growing file into records. A value: what is unfinished waits in it.
package protocol RecordFramer: Sendable {
  /// Records that were too long, or unfinished when the file ended.
  var dropped: UInt64 { get }
  /// Bytes that wait for the rest of their record.
  var pending: Int { get }
  /// Bytes that every record bears beside its own.
  var repeated: Int { get }

  /// Learns what stands at the beginning of a file that is read from its middle on.
  mutating func resume(after beginning: [UInt8])
  /// Takes what was read from the file; returns the records that it completes.
  mutating func take(_ bytes: ArraySlice<UInt8>) -> [[UInt8]]
  /// The last record of a file that ends without a line's end; what is unfinished is dropped and counted.
  mutating func finish() -> [UInt8]?
  /// Forgets the unfinished record, as after a truncation; it is counted where it is lost.
  mutating func reset(losing: Bool)
}
