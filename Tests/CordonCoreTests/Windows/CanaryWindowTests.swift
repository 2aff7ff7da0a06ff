import CordonCore
import Testing

@Suite struct CanaryWindowTests {
  @Test func readsWhatItWrites() throws {
    let canary = try #require(CanaryWindow(text: "host@host  write_entropy_most=7.9 files_written=4000"))
    #expect(canary == CanaryWindow(schema: 1, values: [110: 4000, 114: 7.9]))
    #expect(canary.text == "host@host files_written=4000 write_entropy_most=7.9")
    #expect(CanaryWindow(text: canary.text) == canary)
    #expect(canary.features?.filter { $0 != 0 } == [4000, 7.9])
  }

  @Test(arguments: [
    "", "host@host", "files_written=4", "nobody@host files_written=4", "host@host files_writen=4",
    "host@host files_written", "host@host files_written=", "host@host files_written=0", "host@host files_written=-1",
    "host@host files_written=nan", "host@host files_written=inf", "host@host files_written=1=2",
    "host@host files_written=1 files_written=2", "user@host files_deleted=1 host@host",
  ])
  func refusesWhatIsNone(_ text: String) { #expect(CanaryWindow(text: text) == nil) }
}
