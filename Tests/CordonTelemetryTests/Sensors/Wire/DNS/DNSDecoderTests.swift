import CordonCore
import CordonTelemetry
import Testing

@Suite struct DNSDecoderTests {
  @Test func `questions and answers are read`() {
    #expect(
      DNSDecoder.decode(WireSamples.dns("PACS.Example", type: 16)[...])
        == DNSMessage(name: Array("pacs.example".utf8), type: 16))
    #expect(
      DNSDecoder.decode(WireSamples.dns("gone.example", code: 3)[...])
        == DNSMessage(name: Array("gone.example".utf8), type: 1, code: 3))
    #expect(DNSDecoder.decode(WireSamples.dns("", type: 2)[...])?.name == [], "the root")
  }

  @Test func `a name by pointer is followed backward, and no further than it may`() {
    // The name stands in the head's place of another question, whose type follows the pointer.
    let direct = WireSamples.dns("a.example")
    let pointed = Array(direct[..<12]) + [0xC0, 0x04, 0, 1, 0, 1]
    #expect(DNSDecoder.decode(pointed[...])?.name == [], "an empty name in the head")
    let itself = Array(direct[..<12]) + [0xC0, 0x0C, 0, 1, 0, 1]
    #expect(DNSDecoder.decode(itself[...]) == nil)
    let forward = Array(direct[..<12]) + [0xC0, 0x20, 0, 1, 0, 1]
    #expect(DNSDecoder.decode(forward[...]) == nil)
  }

  @Test func `what is cut, too long or no question is nothing`() {
    let message = WireSamples.dns("pacs.example")
    for length in message.indices { #expect(DNSDecoder.decode(message[..<length]) == nil || length > 28) }
    let long = (0..<6).map { _ in String(repeating: "a", count: 60) }.joined(separator: ".")
    #expect(DNSDecoder.decode(WireSamples.dns(long)[...]) == nil)
    var update = message
    update[2] = 0x28
    #expect(DNSDecoder.decode(update[...]) == nil)
    var none = message
    none[5] = 0
    #expect(DNSDecoder.decode(none[...]) == nil)
  }

  @Test func `a slice's own indices are used`() {
    let padded = [1, 2, 3] + WireSamples.dns("pacs.example")
    #expect(DNSDecoder.decode(padded[3...])?.name == Array("pacs.example".utf8))
  }
}
