/// What two machines did with each other on the network, as far as the wire tells it; raw names, no payload.
package struct WireExchange: Hashable, Sendable {
  /// Who opened the connection; where the capture began in its midst, who has the higher port.
  package var client: IPAddress
  package var server: IPAddress
  /// The server's.
  package var port: UInt16
  /// Which of the two did it.
  package var sender: WireSide
  package var event: WireEvent

  package init(client: IPAddress, server: IPAddress, port: UInt16, sender: WireSide, event: WireEvent) {
    self.client = client
    self.server = server
    self.port = port
    self.sender = sender
    self.event = event
  }
}

/// One end of a connection.
package enum WireSide: UInt8, Hashable, Sendable, CaseIterable {
  case client, server

  package var other: WireSide { self == .client ? .server : .client }
}

/// One thing that an application's bytes mean.
package enum WireEvent: Hashable, Sendable {
  case hl7(HL7Event)
  case dicom(DICOMEvent)
}
