import CordonCore
import CordonTelemetry
import Glibc
import Testing

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
