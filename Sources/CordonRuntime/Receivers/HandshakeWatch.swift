import NIOCore
import NIOTLS
import Synchronization

/// Connections that have yet to agree on TLS, of all listeners together.
///
/// Until then a connection counts for no address: without a bound a stranger would take all of the program's descriptors.
final class WaitingHandshakes: Sendable {
  private let count = Mutex(0)

  /// False where too many wait.
  func enter() -> Bool {
    count.withLock { count in
      guard count < SocketReceiver.handshakeLimit else { return false }
      count += 1
      return true
    }
  }

  func leave() { count.withLock { $0 -= 1 } }
}

/// Ends a connection that is one too many of those without TLS yet, or takes too long to agree on it.
final class HandshakeWatch: ChannelInboundHandler {
  typealias InboundIn = Never

  /// Until TLS must be agreed on.
  private static let patience = TimeAmount.seconds(15)

  private let waiting: WaitingHandshakes
  /// While it waits.
  private var deadline: Scheduled<Void>?

  init(_ waiting: WaitingHandshakes) { self.waiting = waiting }

  func channelActive(context: ChannelHandlerContext) {
    guard waiting.enter() else { return context.close(promise: nil) }
    let channel = context.channel
    deadline = context.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
    context.fireChannelActive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted? = event as? TLSUserEvent { end() }
    context.fireUserInboundEventTriggered(event)
  }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  private func end() {
    guard let deadline else { return }
    deadline.cancel()
    self.deadline = nil
    waiting.leave()
  }
}
