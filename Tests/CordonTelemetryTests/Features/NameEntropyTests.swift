import CordonTelemetry
import Testing

@Suite struct NameEntropyTests {
  @Test func `random letters score higher than words`() {
    let words = NameEntropy.most(of: Array("radiology-archive.hospital.example".utf8))
    let random = NameEntropy.most(of: Array("zx8q1kf0v7m2p9w4hj3ctd6y5bnrglse.example".utf8))
    #expect(words < 3.7 && random > 4.5)
  }

  @Test func `the most random label counts, and short ones do not`() {
    #expect(NameEntropy.most(of: Array("www.ab.cd".utf8)) == 0)
    #expect(NameEntropy.most(of: Array("abcdefgh.aaaaaaaa".utf8)) == 3)
    #expect(NameEntropy.most(of: []) == 0)
  }
}
