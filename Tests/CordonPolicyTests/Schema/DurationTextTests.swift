import CordonCore
import CordonPolicy
import Testing

@Suite struct DurationTextTests {
  @Test(
    arguments: [
      ("0s", 0), ("60s", 60_000), ("10m", 600_000), ("1h30m", 5_400_000), ("500ms", 500), ("1d", 86_400_000),
      ("1d2h3m4s5ms", 93_784_005), ("90s", 90_000),
    ] as [(String, Int64)])
  func reads(text: String, milliseconds: Int64) {
    #expect(DurationText.parse(text)?.milliseconds == milliseconds)
  }

  @Test(arguments: [
    "", "10", "m", "10 m", "-5s", "5s1m", "1h1h", "1.5h", "10M", "9999999999999s", "999999999999d", "10min", "١s",
  ])
  func refuses(text: String) { #expect(DurationText.parse(text) == nil) }

  @Test(arguments: [0, 1, 999, 1000, 59_999, 60_000, 3_600_000, 86_400_000, 93_784_005] as [Int64])
  func readsBackWhatItWrites(milliseconds: Int64) {
    #expect(DurationText.parse(DurationText.format(.milliseconds(milliseconds))) == .milliseconds(milliseconds))
  }

  @Test func writesTheShortest() {
    #expect(DurationText.format(.seconds(5400)) == "1h30m")
    #expect(DurationText.format(.zero) == "0s")
    #expect(DurationText.format(.milliseconds(-1500)) == "-1s500ms")
  }
}
