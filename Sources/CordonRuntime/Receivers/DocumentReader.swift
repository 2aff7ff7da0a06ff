import CordonCore
import NIOCore
import NIOHTTP1
import NIOTLS

/// Takes documents that a client posts over HTTPS, as FHIR servers and IHE's audit record repositories are sent them.
///
/// What was taken in is answered with 201, what nothing could be read from with 422; a client that had more than its
/// share, or comes while documents of others fill the room, is told to come again. Nothing can be asked of it.
final class DocumentReader: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  /// Bytes of one document.
  static let limit = 4 << 20
  /// Seconds after which a client for whom there was no room should come again.
  private static let pause: Int64 = 1
  private static let forms = ["json", "ndjson", "xml"]

  private let number: UInt64
  private let room: DocumentRoom
  private let deliver: @Sendable (ReceivedBytes) -> Reception
  private var isOpen = false
  private var body: [UInt8] = []
  private var refusal: HTTPResponseStatus?

  init(number: UInt64, room: DocumentRoom, _ deliver: @escaping @Sendable (ReceivedBytes) -> Reception) {
    self.number = number
    self.room = room
    self.deliver = deliver
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted? = event as? TLSUserEvent {
      guard let address = context.remoteAddress.flatMap(PeerAddress.of),
        deliver(.opened(number, from: address)) == .goOn
      else { return context.close(promise: nil) }
      isOpen = true
    } else if event is IdleStateHandler.IdleStateEvent {
      context.close(promise: nil)
    }
    context.fireUserInboundEventTriggered(event)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard isOpen else { return }
    switch unwrapInboundIn(data) {
    case .head(let head):
      drop()
      refusal = Self.refusal(of: head)
    case .body(let part):
      guard refusal == nil else { return }
      if body.count + part.readableBytes > Self.limit {
        refusal = .payloadTooLarge
      } else if !room.take(part.readableBytes) {
        refusal = .tooManyRequests
      } else {
        body += part.readableBytesView
      }
      if refusal != nil { drop() }
    case .end:
      if let refusal {
        answer(context, refusal, after: refusal == .tooManyRequests ? Self.pause : nil)
      } else {
        take(context)
      }
      drop()
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  func channelInactive(context: ChannelHandlerContext) {
    _ = deliver(isOpen ? .closed(number) : .refused)
    isOpen = false
    drop()
    context.fireChannelInactive()
  }

  private func drop() {
    room.give(body.count)
    body = []
  }

  private static func refusal(of head: HTTPRequestHead) -> HTTPResponseStatus? {
    guard head.method == .POST else { return .methodNotAllowed }
    let type = head.headers.first(name: "content-type")?.lowercased() ?? ""
    guard forms.contains(where: { type.contains($0) }) else { return .unsupportedMediaType }
    let length = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
    return length > limit ? .payloadTooLarge : nil
  }

  private func take(_ context: ChannelHandlerContext) {
    switch deliver(.document(body, of: number)) {
    case .goOn: answer(context, .created)
    case .rest(let time): answer(context, .tooManyRequests, after: max(1, time.milliseconds / 1000))
    case .end: answer(context, .unprocessableEntity)
    }
  }

  private func answer(_ context: ChannelHandlerContext, _ status: HTTPResponseStatus, after seconds: Int64? = nil) {
    var headers = HTTPHeaders([("content-length", "0")])
    if let seconds { headers.add(name: "retry-after", value: "\(seconds)") }
    let keeps = status == .created || status == .tooManyRequests
    if !keeps { headers.add(name: "connection", value: "close") }
    context.write(
      wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
    let channel = context.channel
    context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
      if !keeps { channel.close(promise: nil) }
    }
  }
}
