import CordonCore

/// Turns conversations into frames.
struct ConversationFrames: Sendable {
  /// Ports that clients use, in turn.
  private static let firstPort: UInt16 = 32_768
  private static let lastPort: UInt16 = 60_999

  private var random: SeededStream
  private var port = firstPort
  private var serial: UInt32 = 1000

  init(random: SeededStream) { self.random = random }

  mutating func append(_ conversation: Conversation, to frames: inout [NetworkCapture.Frame]) {
    port = port == Self.lastPort ? Self.firstPort : port + 1
    let client = NetworkPacket.End(address: conversation.client, port: port)
    let server = NetworkPacket.End(address: conversation.server.address, port: conversation.server.port)
    let time = conversation.time.milliseconds * 1000 + Int64(random.next() % 1000)
    if case .question(let name, let isKnown) = conversation.content {
      frames += question(name, isKnown, client, server, at: time)
      return
    }
    var connection = ConnectionFrames(client, server, at: time, random: &random)
    switch conversation.content {
    case .clinical(let messages):
      for message in messages {
        serial += 1
        let text = ClinicalText(message: message, id: "\(serial)", time: conversation.time)
        connection.say(text.bytes, fromClient: true)
        connection.wait(milliseconds: 12)
        connection.say(text.answer, fromClient: false)
      }
    case .images(let dialogue):
      for part in ImageUnits(dialogue).parts {
        connection.say(part.bytes, fromClient: part.fromClient)
        connection.wait(milliseconds: 3)
      }
    case .sealed(let name, let sent, let received):
      connection.say(SealedHandshake.clientHello(to: name, &random), fromClient: true)
      connection.say(SealedHandshake.serverHello(&random), fromClient: false)
      connection.say(SealedHandshake.data(sent, &random), fromClient: true)
      connection.say(SealedHandshake.data(received, &random), fromClient: false)
    case .question: break
    }
    connection.close()
    frames += connection.frames
  }

  private mutating func question(
    _ name: String, _ isKnown: Bool, _ client: NetworkPacket.End, _ server: NetworkPacket.End, at time: Int64
  ) -> [NetworkCapture.Frame] {
    let message = NameMessage(id: UInt16(truncatingIfNeeded: random.next()), name: name)
    let identification = UInt16(truncatingIfNeeded: random.next())
    let asked = NetworkPacket.datagram(from: client, to: server, message.question, identification: identification)
    let answered = NetworkPacket.datagram(
      from: server, to: client, message.answer(isKnown: isKnown), identification: identification &+ 1)
    return [.init(time: time, bytes: asked), .init(time: time + 4_000, bytes: answered)]
  }
}
