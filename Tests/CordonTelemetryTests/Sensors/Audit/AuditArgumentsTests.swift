import CordonCore
import CordonTelemetry
import Testing

@Suite struct AuditArgumentsTests {
  private static func program(_ execve: [String]) -> StartedProgram? {
    let stamp = "msg=audit(1767225600.965:7):"
    let lines =
      [
        "type=SYSCALL \(stamp) arch=c000003e syscall=59 success=yes exit=0 a0=3 ppid=1 pid=9 auid=1000 uid=1000 "
          + "euid=0 exe=\"/bin/x\""
      ] + execve.map { "type=EXECVE \(stamp) \($0)" } + ["type=CWD \(stamp) cwd=\"/srv\"", "type=EOE \(stamp)"]
    guard case .program(let program)? = AuditParserTests.observe(lines.joined(separator: "\n")).first?.object else {
      return nil
    }
    return program
  }

  @Test(arguments: [
    (["argc=3 a0=\"sh\" a1=\"-c\" a2=6C73202D6C"], ["sh", "-c", "ls -l"]),
    (["argc=1 a0=\"sh\""], ["sh"]),
    (["argc=2 a0=\"\" a1=\"x\""], ["", "x"]),
    // A long argument comes in pieces, over several records.
    (["argc=2 a0=\"a\" a1_len=6 a1[0]=\"bcd\"", "a1[1]=\"efg\"", "a2=\"h\""], ["a", "bcdefg", "h"]),
    (["argc=0"], []),
  ])
  func theArgumentsAreReadInTheirOrder(records: [String], expected: [String]) throws {
    let program = try #require(Self.program(records))
    let arguments =
      program.arguments.isEmpty ? [] : program.arguments.split(separator: 0, omittingEmptySubsequences: false)
    #expect(arguments.map { String(decoding: $0, as: UTF8.self) } == expected)
    #expect(program.workingFolder == Array("/srv".utf8) && program.user == 0)
  }

  @Test func noMoreThanTheBoundIsKept() throws {
    let long = (0..<40).map { "a\($0)=\"\(String(repeating: "x", count: 200))\"" }
    let records = [long.joined(separator: " "), long.joined(separator: " ")]
    let program = try #require(Self.program(records))
    #expect(program.arguments.count <= StartedProgram.mostArgumentBytes + 1)
  }
}
