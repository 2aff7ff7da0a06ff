import CordonCore
import CordonTestSupport
import Glibc
import Testing

@testable import CordonTelemetry

/// Against this machine's own kernel: rules with a key of this test alone, loopback traffic alone.
@Suite(.serialized, .enabled(if: Live.isRoot, Live.why)) struct AuditSourceLiveTests {
  static func source(_ number: Int) -> AuditSource {
    AuditSource(
      settings: AuditSourceSettings(key: "cordon-test-\(getpid())-\(number)", checkInterval: .milliseconds(300)))
  }

  @Test func `a program started and a connection tried are seen, with who did it`() async throws {
    let source = Self.source(1)
    try source.start()
    defer { source.stop() }
    #expect(source.health.isRunning)
    let child = try Live.run(["/bin/bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9"])
    var parser = AuditParser()
    let seen = try await Live.observe(source.queue, &parser) {
      $0.activity == .connect && $0.process?.pid == UInt32(child.pid)
    }
    let start = try #require(seen.first { $0.activity == .processStart && $0.process?.pid == UInt32(child.pid) })
    #expect(start.process?.executable.ends(with: "bash") == true)
    #expect(start.process?.parent == UInt32(getpid()))
    #expect(start.outcome == .success)
    let connect = try #require(seen.first { $0.activity == .connect && $0.process?.pid == UInt32(child.pid) })
    #expect(connect.object == .peer(try #require(IPAddress("127.0.0.1")), port: 9))
    #expect(connect.outcome == .failure)
    #expect(connect.actor == start.actor)
  }

  /// Python, because Swift has no ptrace: a child is attached to, a file gets its owner's rights, a mode without is set.
  @Test(.enabled(if: access("/usr/bin/python3", X_OK) == 0, "skipped: no /usr/bin/python3"))
  func `calls that attacks need are seen, and no others`() async throws {
    try await withTemporaryFolder { folder in
      let source = Self.source(5)
      try source.start()
      defer { source.stop() }
      let script = """
        import ctypes, os, signal, time
        file = os.path.join("\(folder)", "sh"); open(file, "w").close()
        os.chmod(file, 0o755); os.chmod(file, 0o4755)
        libc = ctypes.CDLL(None)
        libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
        child = os.fork()
        if child == 0: time.sleep(30)
        libc.ptrace(16, child, None, None); os.waitpid(child, 0); libc.ptrace(7, child, None, None)
        os.kill(child, signal.SIGKILL)
        """
      let python = try Live.run(["/usr/bin/python3", "-c", script])
      var parser = AuditParser()
      let seen = try await Live.observe(source.queue, &parser) { observation in
        if case .call(let call) = observation.object { call.kind == .processAccess } else { false }
      }
      let calls = seen.compactMap { observation -> SensitiveCall? in
        guard observation.process?.pid == UInt32(python.pid), case .call(let call) = observation.object else {
          return nil
        }
        return call
      }
      #expect(
        calls == [
          SensitiveCall(kind: .rightsPlanted, path: Array("\(folder)/sh".utf8)),
          SensitiveCall(kind: .processAccess, target: Array("python3".utf8)),
        ])
    }
  }

  @Test func `rules that someone removes are put back and reported`() async throws {
    let source = Self.source(2)
    try source.start()
    defer { source.stop() }
    // Another source with the same key takes the rules along when it stops.
    let other = Self.source(2)
    try other.start()
    other.stop()
    var parser = AuditParser()
    let seen = try await Live.observe(source.queue, &parser) {
      $0.object == .sensor(name: "audit", detail: "rules-removed")
    }
    #expect(seen.contains { $0.activity == .sensorTampering })
    let child = try Live.run(["/bin/true"])
    let later = try await Live.observe(source.queue, &parser) { $0.process?.pid == UInt32(child.pid) }
    #expect(later.contains { $0.process?.pid == UInt32(child.pid) }, "the rules are back")
  }

  /// A killed keeper undoes nothing; the next one must not take what it finds for the original.
  @Test func `what the kernel had before is put back by the keeper after a killed one`() throws {
    try withTemporaryFolder { folder in
      let settings = AuditSourceSettings(
        key: "cordon-test-\(getpid())-4", checkInterval: .seconds(60), journal: "\(folder)/audit.before")
      // A setting that no earlier source can have left: Cordon enlarges it where no audit daemon runs.
      var control = try AuditControl()
      let found = try control.status()
      guard found.daemon == 0 else { return print("skipped: an audit daemon owns the kernel's settings") }
      try control.setBacklog(limit: 641)
      defer { try? control.setBacklog(limit: found.backlogLimit) }
      let original = try Self.settingsOfKernel()
      // Dropped without `stop`, as by `kill -9`: the test's process lives on, so its source is told nothing.
      var killed = AuditRuleKeeper(settings: settings)
      try killed.install(excluding: [])
      let changed = try Self.settingsOfKernel()
      #expect(changed != original)
      var next = AuditRuleKeeper(settings: settings)
      try next.install(excluding: [])
      next.restore()
      #expect(try Self.settingsOfKernel() == original, "it was \(changed) meanwhile")
      #expect(try SmallFile.read("\(folder)/audit.before", most: 1000) == nil, "nothing is left to put back")
    }
  }

  private static func settingsOfKernel() throws -> [UInt32] {
    var control = try AuditControl()
    let status = try control.status()
    return [status.enabled, status.backlogLimit, status.backlogWait]
  }

  @Test func `what of another boot was kept is not believed`() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/audit.before"
      let status = try #require(AuditStatus([UInt8](repeating: 1, count: 40)))
      let before = AuditBefore(status)
      try before.keep(at: path, boot: "a")
      #expect(AuditBefore(keptAt: path, boot: "a") == before)
      #expect(AuditBefore(keptAt: path, boot: "b") == nil)
      try SmallFile.replace(path, with: Array("boot=a\nenabled=x\n".utf8))
      #expect(AuditBefore(keptAt: path, boot: "a") == nil)
    }
  }

  @Test func `what is ignored is not reported, and a stopped source can start again`() async throws {
    let source = Self.source(3)
    try source.start()
    source.stop()
    #expect(source.health.state == .stopped)
    try source.start()
    defer { source.stop() }
    let child = try Live.run(["/bin/true"])
    var parser = AuditParser()
    let seen = try await Live.observe(source.queue, &parser) { $0.process?.pid == UInt32(child.pid) }
    #expect(seen.contains { $0.process?.pid == UInt32(child.pid) })
    #expect(!seen.contains { $0.process?.pid == UInt32(getpid()) })
  }
}

extension [UInt8] {
  fileprivate func ends(with text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
