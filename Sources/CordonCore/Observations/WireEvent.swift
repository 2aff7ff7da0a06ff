/// What two machines did with each other on the network, as far as the wire tells it; raw names, no payload.
package struct WireExchange: Hashable, Sendable {
  /// Who opened the connection; where the capture began in its midst, who has the higher port.
  package var client: IPAddress
  package var server: IPAddress
  /// The server's; 0 where the transport has no ports.
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

/// One thing that packets or an application's bytes mean.
package enum WireEvent: Hashable, Sendable {
  case flow(FlowPart)
  case dns(DNSMessage)
  case tls(TLSHandshake)
  case rdp(RDPHandshake)
  case hl7(HL7Event)
  case dicom(DICOMEvent)
}

/// What went over one flow since it was last told of; the parts of a flow add up.
package struct FlowPart: Hashable, Sendable {
  package enum Outcome: UInt8, Sendable, CaseIterable {
    /// Both sides spoke, or the transport knows no connections.
    case established
    /// The capture began in its midst.
    case midstream
    /// Answered with a reset before anything was said.
    case refused
    /// Never answered.
    case unanswered
  }

  /// As IP numbers it: 6 is TCP, 17 UDP.
  package var transport: UInt8
  /// Of the flow's first packet.
  package var start: Timestamp
  /// Bytes of whole IP packets, and their number, by sender.
  package var clientBytes: UInt64
  package var serverBytes: UInt64
  package var clientPackets: UInt64
  package var serverPackets: UInt64
  /// The flow has not been told of before.
  package var isFirst: Bool
  /// Nothing more of it will be told.
  package var isLast: Bool
  package var outcome: Outcome

  package init(
    transport: UInt8, start: Timestamp, clientBytes: UInt64 = 0, serverBytes: UInt64 = 0, clientPackets: UInt64 = 0,
    serverPackets: UInt64 = 0, isFirst: Bool = true, isLast: Bool = true, outcome: Outcome = .established
  ) {
    self.transport = transport
    self.start = start
    self.clientBytes = clientBytes
    self.serverBytes = serverBytes
    self.clientPackets = clientPackets
    self.serverPackets = serverPackets
    self.isFirst = isFirst
    self.isLast = isLast
    self.outcome = outcome
  }

  /// The connection was tried in vain.
  package var isFailure: Bool { outcome == .refused || outcome == .unanswered }
}

/// A question or an answer of the domain name system.
package struct DNSMessage: Hashable, Sendable {
  /// The first question's, lower-cased, with dots, without the last; it never leaves but hashed.
  package var name: [UInt8]
  /// Type of the first question, such as 16 for TXT.
  package var type: UInt16
  /// Nil for a question; else 0 for an answer, 3 for a name that does not exist.
  package var code: UInt8?

  package init(name: [UInt8], type: UInt16, code: UInt8? = nil) {
    self.name = name
    self.type = type
    self.code = code
  }
}

/// How two machines agreed, or did not, on TLS.
package struct TLSHandshake: Hashable, Sendable {
  /// Highest version that the client offered, as the wire numbers it: 0x0303 is 1.2, 0x0304 is 1.3.
  package var offered: UInt16
  /// What the server chose; nil where it was not seen to.
  package var chosen: UInt16?
  /// The server's name, as the client wrote it; empty without one; it never leaves but hashed.
  package var serverName: [UInt8]

  package init(offered: UInt16, chosen: UInt16? = nil, serverName: [UInt8] = []) {
    self.offered = offered
    self.chosen = chosen
    self.serverName = serverName
  }

  /// Below TLS 1.2: the server chose so, or the client can do no better.
  package var isWeak: Bool { chosen.map { $0 < 0x0303 } ?? (offered < 0x0303) }
}
