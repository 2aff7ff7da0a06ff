import CordonCore
import CordonTelemetry
import CordonTestSupport
import Glibc
import Testing

@Suite struct ProcessTableTests {
  @Test(
    arguments: [
      ("812 (python3) S 700 812 812 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 4711 1", 700, 4711),
      ("812 (a) b) (c d) R 1 812 812 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 99 1", 1, 99),
    ] as [(String, UInt32, UInt64)])
  func `parent and start are counted behind the last parenthesis`(stat: String, parent: UInt32, start: UInt64) throws {
    let found = try #require(ProcessTable.parentAndStart(inStat: Array(stat.utf8)))
    #expect(found.parent == parent && found.start == start)
  }

  @Test(arguments: ["", "812", "812 (x", "812 (x) S", "812 (x) S a b c d e f g h i j k l m n o p q r"])
  func `what is no stat is nothing`(stat: String) {
    #expect(ProcessTable.parentAndStart(inStat: Array(stat.utf8)) == nil)
  }

  @Test func `this very process is found, and one that went is remembered for a while`() throws {
    try withTemporaryFolder { root in
      var own = ProcessTable()
      let facts = own.facts(of: UInt32(getpid()), now: .epoch)
      #expect(facts?.process.parent == UInt32(getppid()))
      #expect(facts?.user == getuid())
      mkdir("\(root)/812", 0o755)
      let stat = "812 (x) S 0 812 812 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 4711 1"
      try SmallFile.replace("\(root)/812/stat", with: Array(stat.utf8))
      try SmallFile.replace("\(root)/812/status", with: Array("Name:\tx\nUid:\t1000\t0\t0\t0\n".utf8))
      try SmallFile.replace("\(root)/812/loginuid", with: Array("4294967295".utf8))
      var table = ProcessTable(root: root)
      let first = table.facts(of: 812, now: FakeClock.start)
      #expect(first?.process.startTicks == 4711)
      #expect(first?.user == 1000 && first?.loginUser == .max)
      unlink("\(root)/812/stat")
      let soon = table.facts(of: 812, now: FakeClock.start.advanced(by: .seconds(9)))
      let late = table.facts(of: 812, now: FakeClock.start.advanced(by: .seconds(11)))
      #expect(soon == first && late == nil)
    }
  }
}
