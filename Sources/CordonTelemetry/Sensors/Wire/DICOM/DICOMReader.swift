package import CordonCore

/// DICOM's upper layer and message exchange on one connection: associations, commands with their answers, amounts of data.
///
/// Specifications: DICOM PS3.8 (upper layer protocol for TCP/IP) and PS3.7 (message exchange).
package struct DICOMReader: StreamReader {
  /// Of each side a command in its making, and another piece of it that is cut.
  package static let stateLimit = 4 * DICOMCommandSet.limit

  /// The registered ports, with the two secure ones of the upper layer, and the one that Orthanc listens on.
  private static let ports: Set<UInt16> = [104, 11112, 2761, 2762, 4242]

  private var client = DICOMSide()
  private var server = DICOMSide()

  package init() {}

  package static func recognise(_ beginning: ArraySlice<UInt8>, port: UInt16) -> StreamRecognition {
    let bytes = beginning.span
    // A handshake of TLS, which the secure ports have.
    if bytes.count >= 2, bytes[0] == 0x16, bytes[1] == 0x03 { return .no }
    if ports.contains(port) { return bytes.count < 2 ? .undecided : .yes }
    for index in 0..<min(bytes.count, 2) where bytes[index] != (index == 0 ? 1 : 0) { return .no }
    guard bytes.count >= 8 else { return .undecided }
    return DICOMUnit.begins(bytes) || (bytes.count < 10 && DICOMUnit(bytes) != nil) ? .yes : .no
  }

  package mutating func take(
    _ bytes: ArraySlice<UInt8>, from side: WireSide, at time: Timestamp, into events: inout [StreamEvent]
  ) {
    let span = bytes.span
    var position = 0
    while let event = side == .client
      ? client.next(in: span, at: &position) : server.next(in: span, at: &position)
    {
      events.append(StreamEvent(time: time, sender: side, event: .dicom(event)))
    }
  }

  package mutating func skip(
    _ count: Int, from side: WireSide, at time: Timestamp, into events: inout [StreamEvent]
  ) {
    if side == .client { client.skip(count) } else { server.skip(count) }
  }

  package mutating func finish(at time: Timestamp, into events: inout [StreamEvent]) {
    for side in WireSide.allCases {
      let event = side == .client ? client.finish() : server.finish()
      if let event { events.append(StreamEvent(time: time, sender: side, event: .dicom(event))) }
    }
  }
}
