/// What came over a socket that an agent listens on; hostile until a parser has said otherwise.
package enum ReceivedBytes: Hashable, Sendable {
  case datagram([UInt8], from: IPAddress)
  /// A connection, by a number that is never used again.
  case opened(UInt64, from: IPAddress)
  case bytes([UInt8], of: UInt64)
  case closed(UInt64)
  /// One whole document that was posted over a connection.
  case document([UInt8], of: UInt64)
  /// A connection that did not come about: no certificate, one that is not trusted, or no TLS at all.
  case refused
}

/// What becomes of a connection after what came over it was taken in.
package enum Reception: Hashable, Sendable {
  case goOn
  /// Nothing more is read of it for a time: it has had more than its share.
  case rest(Duration)
  case end
}

/// What a receiver shows and asks for in TLS, each as PEM.
package struct ReceiverIdentity: Hashable, Sendable {
  /// The chain, its own certificate first.
  package var certificates: [UInt8]
  package var key: [UInt8]
  /// Whoever connects must show a certificate that one of these signed.
  package var authorities: [UInt8]

  package init(certificates: [UInt8], key: [UInt8], authorities: [UInt8]) {
    self.certificates = certificates
    self.key = key
    self.authorities = authorities
  }
}

/// Reads sockets that somebody else has bound, in a process without rights.
package protocol ByteReceiver: Sendable {
  /// Takes a bound socket over and reads it until it is closed; `deliver` is called one at a time and may block.
  ///
  /// - Parameter identity: for TLS alone. Codes: `receiver-identity`, `receiver-socket`; the socket is closed then.
  func open(
    _ listener: Listener, descriptor: Int32, identity: ReceiverIdentity?,
    deliver: @escaping @Sendable (ReceivedBytes) -> Reception
  ) throws(CordonError)
  /// Ends a listener and its connections; does nothing where there is none.
  func close(_ listener: Listener)
  /// Ends everything.
  func closeAll()
}
