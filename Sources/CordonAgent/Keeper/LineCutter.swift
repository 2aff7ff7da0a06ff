import CordonTelemetry

/// Cuts a stream of bytes into lines, however they come in chunks.
///
/// A line longer than any record is cut there, and will be found malformed. Memory: one line.
struct LineCutter: Sendable {
  /// What of a line came with the chunk before.
  private var unfinished: [UInt8] = []

  /// The lines that a chunk completes, without their ends; empty ones are left out.
  mutating func take(_ bytes: ArraySlice<UInt8>) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var start = bytes.startIndex
    while let end = bytes[start...].firstIndex(of: 0x0A) {
      let line = unfinished + bytes[start..<end].prefix(RecordQueue.recordSizeLimit - unfinished.count)
      if !line.isEmpty { lines.append(line) }
      unfinished.removeAll(keepingCapacity: true)
      start = end + 1
    }
    unfinished += bytes[start...].prefix(RecordQueue.recordSizeLimit - unfinished.count)
    return lines
  }

  /// What no line end followed, as at the end of a file; nil where there is nothing.
  mutating func rest() -> [UInt8]? {
    defer { unfinished = [] }
    return unfinished.isEmpty ? nil : unfinished
  }
}
