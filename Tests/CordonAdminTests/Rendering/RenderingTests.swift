import CordonAdmin
import CordonCore
import Testing

@Suite struct RenderingTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (1_767_225_600_000, "2026-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
      (951_782_400_000, "2000-02-29T00:00:00Z"), (4_107_542_400_000, "2100-03-01T00:00:00Z"),
      (1_709_210_096_789, "2024-02-29T12:34:56Z"), (253_402_300_799_999, "9999-12-31T23:59:59Z"),
    ] as [(Int64, String)])
  func timesAreISO8601InUTC(milliseconds: Int64, text: String) {
    #expect(TimeText.iso(Timestamp(milliseconds: milliseconds)) == text)
  }

  @Test(arguments: [Int64.min, .min + 1, .max]) func aHostileTimeDoesNotTrap(milliseconds: Int64) {
    let time = Timestamp(milliseconds: milliseconds)
    #expect(!TimeText.iso(time, milliseconds: true).isEmpty)
    #expect(!TimeText.relative(time, to: .epoch).isEmpty)
    #expect(!TimeText.relative(time, to: Timestamp(milliseconds: -milliseconds.signum())).isEmpty)
  }

  @Test(
    arguments: [
      (0, "-"), (1_000_000, "now"), (999_000, "1s ago"), (940_000, "1m ago"), (1_060_000, "in 1m"),
      (1_000_000 - 7_200_000, "2h ago"), (1_000_000 + 3 * 86_400_000, "in 3d"),
    ] as [(Int64, String)])
  func relativeTimes(milliseconds: Int64, text: String) {
    #expect(TimeText.relative(Timestamp(milliseconds: milliseconds), to: Timestamp(milliseconds: 1_000_000)) == text)
  }

  @Test func tablesAlignAndStripControlCharacters() {
    var table = Table(["A", "LONGER"], empty: "none")
    #expect(table.rendered == "none\n")
    table.add(["wide cell", "x"])
    table.add(["ü\u{1B}[31m\n", ""])
    #expect(table.rendered == "A          LONGER\nwide cell  x\nü [31m\n")
  }

  @Test func jsonIsEscapedAndOrdered() {
    let value = JSONValue.fields([
      "b": .text("quote \" slash \\ tab \t nul \u{0}"), "a": .list([.null, .flag(true), .number(.nan), .number(0.5)]),
      "c": .object([]),
    ])
    #expect(
      value.rendered == """
        {
          "b": "quote \\" slash \\\\ tab \\t nul \\u0000",
          "a": [
            null,
            true,
            null,
            0.5
          ],
          "c": {}
        }

        """)
  }

  @Test(
    arguments: [
      ("h", "h", 7443), ("h:1", "h", 1), ("192.0.2.7:65535", "192.0.2.7", 65_535), ("[fd00::1]:9", "fd00::1", 9),
      ("[fd00::1]", "fd00::1", 7443),
    ] as [(String, String, Int)])
  func addresses(text: String, host: String, port: Int) throws {
    let address = try CollectorAddress(text)
    #expect(address.host == host && address.port == port)
    #expect(try CollectorAddress(address.description) == address)
  }

  @Test(arguments: [
    "", ":1", "h:", "h:0", "h:65536", "h:+1", "h h:1", "fd00::1:9", "[fd00::1", "[x]:1", "h/x:1", "h:1:2",
  ])
  func whatIsNoAddress(text: String) {
    #expect(throws: CordonError.self) { try CollectorAddress(text) }
  }
}
