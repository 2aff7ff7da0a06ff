import CordonCore
import NIOCore
import NIOSSL
import NIOTLS

/// Hands on what comes over one connection, and does with it as the taker says.
final class StreamReader: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let number: UInt64
  private let deliver: @Sendable (ReceivedBytes) -> Reception
  private var awaitsTLS: Bool
  private var isOpen = false

  init(number: UInt64, awaitsTLS: Bool, _ deliver: @escaping @Sendable (ReceivedBytes) -> Reception) {
    self.number = number
    self.awaitsTLS = awaitsTLS
    self.deliver = deliver
  }

  func channelActive(context: ChannelHandlerContext) {
    if !awaitsTLS { open(context) }
    context.fireChannelActive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted? = event as? TLSUserEvent {
      awaitsTLS = false
      open(context)
    } else if event is IdleStateHandler.IdleStateEvent {
      context.close(promise: nil)
    }
    context.fireUserInboundEventTriggered(event)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard isOpen else { return }
    follow(deliver(.bytes(Array(unwrapInboundIn(data).readableBytesView), of: number)), context)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  func channelInactive(context: ChannelHandlerContext) {
    if isOpen {
      _ = deliver(.closed(number))
    } else if awaitsTLS {
      _ = deliver(.refused)
    }
    isOpen = false
    context.fireChannelInactive()
  }

  private func open(_ context: ChannelHandlerContext) {
    guard let address = context.remoteAddress.flatMap(PeerAddress.of) else { return context.close(promise: nil) }
    isOpen = true
    follow(deliver(.opened(number, from: address)), context)
  }

  private func follow(_ reception: Reception, _ context: ChannelHandlerContext) {
    switch reception {
    case .goOn: break
    case .end:
      isOpen = false
      _ = deliver(.closed(number))
      context.close(promise: nil)
    case .rest(let time):
      let channel = context.channel
      channel.setOption(.autoRead, value: false).whenSuccess {
        channel.eventLoop.scheduleTask(in: .milliseconds(time.milliseconds)) {
          channel.setOption(.autoRead, value: true).whenSuccess { channel.read() }
        }
      }
    }
  }
}

/// Hands on datagrams.
final class DatagramReader: ChannelInboundHandler {
  typealias InboundIn = AddressedEnvelope<ByteBuffer>

  private let deliver: @Sendable (ReceivedBytes) -> Reception

  init(_ deliver: @escaping @Sendable (ReceivedBytes) -> Reception) { self.deliver = deliver }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let envelope = unwrapInboundIn(data)
    guard let address = PeerAddress.of(envelope.remoteAddress) else { return }
    _ = deliver(.datagram(Array(envelope.data.readableBytesView), from: address))
  }

  /// An unreachable peer is nobody's fault here, and the socket stays.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}

/// A peer's address as the domain writes it.
enum PeerAddress {
  static func of(_ address: SocketAddress) -> IPAddress? { address.ipAddress.flatMap { IPAddress($0) } }
}
