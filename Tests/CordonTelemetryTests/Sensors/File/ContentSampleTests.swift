import CordonTelemetry
import CordonTestSupport
import Testing

@Suite struct ContentSampleTests {
  @Test func `entropy of what is known`() {
    #expect(Entropy.bitsPerByte([]) == 0)
    #expect(Entropy.bitsPerByte([UInt8](repeating: 7, count: 4096)[...]) == 0)
    let even = (0..<4096).map { UInt8($0 % 256) }
    #expect(Entropy.bitsPerByte(even[...]) == 8)
    let two = (0..<4096).map { UInt8($0 % 2) }
    #expect(abs(Entropy.bitsPerByte(two[...]) - 1) < 0.001)
  }

  @Test(arguments: [256, 512, 1024, 4096]) func `random bytes pass the floor however short, text never does`(
    length: Int
  ) {
    var randomness = SeededRandomness(seed: 8)
    for _ in 0..<50 {
      #expect(Entropy.bitsPerByte(randomness.bytes(length)[...]) > 7.4)
      let text = (0..<length).map { _ in UInt8.random(in: 0x61...0x7A, using: &randomness) }
      #expect(Entropy.bitsPerByte(text[...]) < 5)
    }
  }

  @Test func `formats that are dense by design are known by their beginnings`() {
    let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0]
    let mp4: [UInt8] = [0, 0, 0, 0x20] + Array("ftypisom".utf8)
    let dicom = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
    for known in [jpeg, mp4, dicom, Array("%PDF-1.7".utf8), Array("PK\u{3}\u{4}".utf8), [0x1F, 0x8B, 8]] {
      #expect(KnownFormat.begins(known[...]))
    }
    for other in [[], [0x1F], Array("hello".utf8), [UInt8](repeating: 0xA5, count: 200)] {
      #expect(!KnownFormat.begins(other[...]))
    }
  }
}
