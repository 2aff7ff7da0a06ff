import CordonAgent
import CordonCore
import CordonTestSupport
import Glibc
import Testing

@Suite struct ControlSocketTests {
  @Test(arguments: [ControlRequest.status, .releaseAll, .release(UniqueID("019b76da-a800-7167-9e0b-b980a575a896")!)])
  func requestsAreReadAsWritten(request: ControlRequest) {
    #expect(ControlRequest(line: request.line) == request)
  }

  @Test(arguments: ["", " ", "stat", "status now", "release", "release all", "release --all --all", "release 12"])
  func refusesOtherRequests(line: String) {
    #expect(ControlRequest(line: line) == nil)
  }

  @Test func answersCarryRefusals() throws {
    #expect(try ControlAnswer(ControlAnswer(released: 3).bytes).released == 3)
    let refusal = CordonError(.denied, "not-held", "It is not held.", remedy: "Look.")
    let error = #expect(throws: CordonError.self) { try ControlAnswer(ControlAnswer(refusal).bytes) }
    #expect(error == refusal)
    expectRefusal("control") { _ = try ControlAnswer(Array("nonsense".utf8)) }
  }

  @Test func nobodyListens() throws {
    #expect(try ControlClient.ask(.status, at: "/nonexistent/control.sock") == nil)
    #expect(try ControlClient.ask(.status, at: "/" + String(repeating: "x", count: 200)) == nil)
  }

  @Test func answersOverARealSocket() async throws {
    try await withTemporaryFolder { folder in
      let path = folder + "/control.sock"
      // What a killed keeper left behind is in nobody's way.
      _ = try ControlSocket(path: path) { _ in ControlAnswer(released: 0) }
      let socket = try ControlSocket(path: path) { request in
        request == .releaseAll ? ControlAnswer(released: 7) : ControlAnswer(CordonError(.denied, "no", "No."))
      }
      var facts = stat()
      #expect(stat(path, &facts) == 0 && facts.st_mode & 0o777 == 0o600)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await socket.run() }
        for _ in 0..<3 { #expect(try ControlClient.ask(.releaseAll, at: path)?.released == 7) }
        expectRefusal("no") { _ = try ControlClient.ask(.status, at: path) }
        group.cancelAll()
        try await group.waitForAll()
      }
      #expect(access(path, F_OK) != 0)
      #expect(try ControlClient.ask(.status, at: path) == nil)
    }
  }

  /// With the daemon dead: nothing held is nothing to do, and a running one keeps others out.
  @Test func releasesOffline() throws {
    try withTemporaryFolder { folder in
      let paths = AgentPaths(state: folder, run: folder)
      mkdir(paths.keeper, 0o700)
      let status = try OfflineJournal.status(paths: paths)
      #expect(status.held.isEmpty && !status.isRunning)
      expectRefusal("not-held") {
        _ = try OfflineJournal.release(UniqueID("019b76da-a800-7167-9e0b-b980a575a896"), paths: paths)
      }
    }
  }
}
