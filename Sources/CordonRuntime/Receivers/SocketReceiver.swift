package import CordonCore
import Glibc
package import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// Reads bound sockets with NIO: datagrams, streams, and streams under TLS with certificates on both sides.
///
/// One thread for all of them, because whoever takes the bytes takes them one at a time: while it is busy nothing is
/// read, and senders wait in the kernel.
package final class SocketReceiver: ByteReceiver {
  /// Connections that have yet to agree on TLS; far fewer than the descriptors that the agent's unit allows.
  package static let handshakeLimit = 256
  /// After which a silent connection is closed.
  static let idleLimit = TimeAmount.hours(2)

  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let logger: Logger
  private let channels = Mutex<[Listener: any Channel]>([:])
  private let numbers = ConnectionNumbers()
  private let handshakes = WaitingHandshakes()
  private let room = DocumentRoom()

  package init(logger: Logger) { self.logger = logger }

  package func open(
    _ listener: Listener, descriptor: Int32, identity: ReceiverIdentity?,
    deliver: @escaping @Sendable (ReceivedBytes) -> Reception
  ) throws(CordonError) {
    close(listener)
    var tls: NIOSSLContext?
    do throws(CordonError) {
      if listener.transport.isSecure { tls = try Self.context(identity) }
    } catch {
      // What NIO was never given it does not close.
      Glibc.close(descriptor)
      throw error
    }
    do {
      let channel =
        switch listener.transport {
        case .udp: try datagrams(descriptor, deliver)
        case .tcp, .tls: try streams(descriptor, tls, deliver)
        case .https: try documents(descriptor, tls, deliver)
        }
      channels.withLock { $0[listener] = channel }
    } catch {
      throw CordonError(.unavailable, "receiver-socket", "\(listener) cannot be read: \(error).")
    }
  }

  package func close(_ listener: Listener) {
    let channel = channels.withLock { $0.removeValue(forKey: listener) }
    try? channel?.close().wait()
  }

  package func closeAll() {
    for listener in channels.withLock({ Array($0.keys) }) { close(listener) }
    group.shutdownGracefully { _ in }
  }

  private func datagrams(
    _ descriptor: Int32, _ deliver: @escaping @Sendable (ReceivedBytes) -> Reception
  ) throws -> any Channel {
    try DatagramBootstrap(group: group)
      .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 64 << 10))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(DatagramReader(deliver))
        }
      }
      .withBoundSocket(descriptor).wait()
  }

  private func streams(
    _ descriptor: Int32, _ tls: NIOSSLContext?, _ deliver: @escaping @Sendable (ReceivedBytes) -> Reception
  ) throws -> any Channel {
    try ServerBootstrap(group: group)
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelInitializer { [numbers, handshakes] channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          if let tls { try Self.secure(pipeline, tls, handshakes) }
          try pipeline.addHandler(IdleStateHandler(readTimeout: Self.idleLimit))
          try pipeline.addHandler(StreamReader(number: numbers.next(), awaitsTLS: tls != nil, deliver))
        }
      }
      .withBoundSocket(descriptor).wait()
  }

  private func documents(
    _ descriptor: Int32, _ tls: NIOSSLContext?, _ deliver: @escaping @Sendable (ReceivedBytes) -> Reception
  ) throws -> any Channel {
    try ServerBootstrap(group: group)
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelInitializer { [numbers, handshakes, room] channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          if let tls { try Self.secure(pipeline, tls, handshakes) }
          try pipeline.addHandler(IdleStateHandler(readTimeout: Self.idleLimit))
          try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
          try pipeline.addHandler(DocumentReader(number: numbers.next(), room: room, deliver))
        }
      }
      .withBoundSocket(descriptor).wait()
  }

  private static func secure(
    _ pipeline: ChannelPipeline.SynchronousOperations, _ tls: NIOSSLContext, _ handshakes: WaitingHandshakes
  ) throws {
    try pipeline.addHandler(NIOSSLServerHandler(context: tls))
    try pipeline.addHandler(HandshakeWatch(handshakes))
  }

  /// TLS 1.2 at least, since many senders of audit messages speak no later one; a client's certificate must be one that
  /// the authorities signed, whatever name it bears.
  private static func context(_ identity: ReceiverIdentity?) throws(CordonError) -> NIOSSLContext {
    guard let identity else { throw invalid("there is none") }
    do {
      var configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: try NIOSSLCertificate.fromPEMBytes(identity.certificates).map { .certificate($0) },
        privateKey: .privateKey(try NIOSSLPrivateKey(bytes: identity.key, format: .pem)))
      let authorities = try NIOSSLCertificate.fromPEMBytes(identity.authorities)
      guard !authorities.isEmpty, !configuration.certificateChain.isEmpty else { throw invalid("a file holds none") }
      configuration.trustRoots = .certificates(authorities)
      configuration.certificateVerification = .noHostnameVerification
      configuration.minimumTLSVersion = .tlsv12
      return try NIOSSLContext(configuration: configuration)
    } catch let error as CordonError {
      throw error
    } catch {
      throw invalid("\(error)")
    }
  }

  private static func invalid(_ why: String) -> CordonError {
    CordonError(
      .invalid, "receiver-identity", "Certificate, key or authorities of the listener cannot be used: \(why).",
      remedy: "Name PEM files in sensors.ehr.tls_certificate, tls_key and tls_authorities.")
  }
}

/// Numbers connections; none comes twice.
private final class ConnectionNumbers: Sendable {
  private let last = Mutex<UInt64>(0)

  func next() -> UInt64 {
    last.withLock { last in
      last += 1
      return last
    }
  }
}
