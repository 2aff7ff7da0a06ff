import CordonCore
import CordonTrust
import NIOCore
import NIOSSL
import NIOTLS
import X509

/// The one handler that stands behind TLS on every connection, of either side.
///
/// It lets nothing through below TLS 1.3, without HTTP/2, or before the handshake is over; it registers the connection
/// under its peer, and closes it at the end of the peer's certificate. The registry closes it on revocation.
/// Cancelling an RPC would leave the connection open, so it is always the connection that is closed.
final class ConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let guardian: ConnectionGuardian
  private var deadline: Scheduled<Void>?
  private var entered = false
  private var registered = false

  init(_ guardian: ConnectionGuardian) { self.guardian = guardian }

  func handlerAdded(context: ChannelHandlerContext) {
    entered = guardian.enter()
    guard entered else {
      guardian.report(CordonError(.exhausted, "connections", "All connections that may be open are open."))
      context.close(promise: nil)
      return
    }
    close(context, after: guardian.limits.handshake, because: "handshake-timeout")
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard let event = event as? TLSUserEvent, case .handshakeCompleted(let application) = event else {
      context.fireUserInboundEventTriggered(event)
      return
    }
    deadline?.cancel()
    do {
      try admit(context, application)
    } catch {
      guardian.report(error)
      context.close(promise: nil)
      return
    }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // The library gives a peer's alert as text alone. Without this, a client would only see a closed connection.
    if guardian.usage == .server, String(describing: error).contains("ALERT_CERTIFICATE") {
      guardian.report(
        CordonError(
          .denied, "certificate-refused", "The collector refused the certificate that it was shown.",
          remedy: "Compare the clocks of both machines; the collector's log says why it refused."))
    }
    context.fireErrorCaught(error)
  }

  func channelInactive(context: ChannelHandlerContext) {
    leave(context)
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { leave(context) }

  private func admit(_ context: ChannelHandlerContext, _ application: String?) throws(CordonError) {
    let tls = context.pipeline.syncOperations
    guard let version = try? tls.nioSSL_tlsVersion(), version == .tlsv13 else {
      throw CordonError(.denied, "tls-version", "The peer does not speak TLS 1.3.")
    }
    guard application == "h2" else { throw CordonError(.denied, "alpn", "The peer does not speak HTTP/2.") }
    guard guardian.expectsCertificate else { return }
    // A resumed session brings no certificates, so nothing was verified: it is refused like any other without.
    guard let chain = (try? tls.nioSSL_peerValidatedCertificateChain()).flatMap({ $0 }) else {
      throw CordonError(.denied, "certificate-missing", "The connection carries no verified certificate.")
    }
    let peer = try guardian.peer(of: chain)
    if let registry = guardian.registry {
      guard registry.register(context.channel, of: peer) else {
        throw CordonError(.exhausted, "connections", "\(peer.identity.name) has all the connections that it may have.")
      }
      registered = true
    }
    close(context, after: peer.notAfter.since(guardian.clock.now), because: "certificate-expired")
  }

  private func close(_ context: ChannelHandlerContext, after delay: Duration, because code: String) {
    let channel = context.channel
    deadline = context.eventLoop.scheduleTask(in: .milliseconds(max(0, delay.milliseconds))) { [guardian] in
      guardian.report(CordonError(.denied, code, "The connection was closed."))
      channel.close(mode: .all, promise: nil)
    }
  }

  private func leave(_ context: ChannelHandlerContext) {
    deadline?.cancel()
    deadline = nil
    if entered {
      entered = false
      guardian.leave()
    }
    guard registered else { return }
    registered = false
    guardian.registry?.unregister(context.channel)
  }
}
