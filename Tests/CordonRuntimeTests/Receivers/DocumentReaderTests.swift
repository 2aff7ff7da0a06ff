import CordonCore
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOTLS
import Testing

@testable import CordonRuntime

/// What is posted over HTTPS, as NIO hands it on.
@Suite struct DocumentReaderTests {
  /// A connection that has agreed on TLS.
  static func connection(
    _ room: DocumentRoom, _ deliver: @escaping @Sendable (ReceivedBytes) -> Reception = { _ in .goOn }
  ) throws -> EmbeddedChannel {
    let channel = EmbeddedChannel(handler: DocumentReader(number: 1, room: room, deliver))
    channel.remoteAddress = try SocketAddress(ipAddress: "192.0.2.7", port: 1)
    try channel.connect(to: SocketAddress(ipAddress: "192.0.2.7", port: 1)).wait()
    channel.pipeline.fireUserInboundEventTriggered(TLSUserEvent.handshakeCompleted(negotiatedProtocol: nil))
    return channel
  }

  static func post(_ channel: EmbeddedChannel, _ type: String = "application/fhir+json") throws {
    let head = HTTPRequestHead(
      version: .http1_1, method: .POST, uri: "/AuditEvent", headers: HTTPHeaders([("content-type", type)]))
    try channel.writeInbound(HTTPServerRequestPart.head(head))
  }

  static func send(_ channel: EmbeddedChannel, bytes count: Int) throws {
    try channel.writeInbound(HTTPServerRequestPart.body(ByteBuffer(repeating: 0x20, count: count)))
  }

  static func end(_ channel: EmbeddedChannel) throws -> HTTPResponseStatus? {
    try channel.writeInbound(HTTPServerRequestPart.end(nil))
    guard case .head(let head) = try channel.readOutbound(as: HTTPServerResponsePart.self) else { return nil }
    _ = try channel.readOutbound(as: HTTPServerResponsePart.self)
    return head.status
  }

  @Test func `a document is handed on whole, one that is too long or of another form is not`() throws {
    let channel = try Self.connection(DocumentRoom()) { received in
      guard case .document(let bytes, of: 1) = received else { return .goOn }
      return bytes.count == 6 ? .goOn : .end
    }
    try Self.post(channel)
    try Self.send(channel, bytes: 2)
    try Self.send(channel, bytes: 4)
    #expect(try Self.end(channel) == .created)
    try Self.post(channel, "text/plain")
    #expect(try Self.end(channel) == .unsupportedMediaType)
    let other = try Self.connection(DocumentRoom())
    try Self.post(other)
    try Self.send(other, bytes: DocumentReader.limit)
    try Self.send(other, bytes: 1)
    #expect(try Self.end(other) == .payloadTooLarge)
  }

  @Test func `of many unfinished documents no more are held than there is room for`() throws {
    let room = DocumentRoom()
    let channels = try (0...DocumentRoom.limit / DocumentReader.limit).map { _ in try Self.connection(room) }
    for channel in channels {
      try Self.post(channel)
      try Self.send(channel, bytes: DocumentReader.limit)
    }
    #expect(try Self.end(channels[channels.count - 1]) == .tooManyRequests)
    #expect(try Self.end(channels[0]) == .created)
    // Its room is free again, and so is that of one that was cut off.
    try channels[1].close().wait()
    #expect(room.take(2 * DocumentReader.limit))
    #expect(!room.take(1))
  }
}
