/// What one connection may use; the same names on both sides.
package struct TransportLimits: Sendable {
  /// Streams open at a time on one connection.
  package var streams = 64
  /// Bytes of one message: 4 MiB.
  package var messageBytes = 4 << 20
  /// HTTP/2 flow-control window, bytes.
  package var windowBytes = 1 << 20
  /// Age at which a connection is asked to end, so that load spreads over collectors.
  package var age = Duration.seconds(6 * 3600)
  /// Share of the age by which it is jittered, either way.
  package var ageJitter = 0.1
  /// How long streams may go on after that.
  package var grace = Duration.seconds(30)
  /// Silence after which the other side is pinged.
  package var keepalive = Duration.seconds(30)
  /// How long an answer to a ping may take.
  package var keepaliveTimeout = Duration.seconds(15)
  /// Pings closer together than this count as strikes; well below `keepalive`, else good clients are turned away.
  package var shortestPingInterval = Duration.seconds(10)
  /// How long a TLS handshake may take.
  package var handshake = Duration.seconds(10)
  /// Connections of one peer at a time.
  package var connectionsOfOnePeer = 8
  /// Connections of all peers, and of the enrolment port's callers, at a time.
  package var connections = 20_000

  package init() {}

  /// The age with its jitter: a fleet that connected at once does not come back at once.
  func jitteredAge(_ randomness: inout some RandomNumberGenerator) -> Duration {
    age * Double.random(in: (1 - ageJitter)...(1 + ageJitter), using: &randomness)
  }
}
