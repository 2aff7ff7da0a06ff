import CordonCore
import CordonTestSupport
import Glibc
import Testing

@testable import CordonTelemetry

@Suite struct InotifyEventTests {
  /// As the kernel lays it out; a name is padded with zero bytes.
  static func bytes(_ watch: UInt8, _ mask: UInt8, _ cookie: UInt8, _ name: String, length: UInt8? = nil) -> [UInt8] {
    let padded = name.isEmpty ? [] : Array(name.utf8) + [UInt8](repeating: 0, count: 16 - name.utf8.count)
    return [watch, 0, 0, 0, 0, mask, 0, 0, cookie, 0, 0, 0, length ?? UInt8(padded.count), 0, 0, 0] + padded
  }

  @Test func `events follow one another, with and without a name`() {
    let (events, isWhole) = InotifyEvent.decode(Self.bytes(1, 1, 7, "a.doc") + Self.bytes(2, 0x80, 0, ""))
    #expect(isWhole)
    #expect(
      events == [
        InotifyEvent(watch: 1, mask: InotifyEvent.create, cookie: 7, name: Array("a.doc".utf8)),
        InotifyEvent(watch: 2, mask: InotifyEvent.ended, cookie: 0, name: []),
      ])
  }

  @Test(arguments: 1..<32) func `what is cut off is not read, and what comes before it is`(length: Int) {
    let whole = Self.bytes(1, 1, 0, "a") + Self.bytes(2, 1, 0, "b").prefix(length)
    let (events, isWhole) = InotifyEvent.decode(whole)
    #expect(events.count == 1 && !isWhole)
  }

  @Test func `a name that is longer than the buffer, or than any name, is not read`() {
    #expect(!InotifyEvent.decode(Self.bytes(1, 1, 0, "a", length: 17)).isWhole)
    #expect(!InotifyEvent.decode(Self.bytes(1, 1, 0, "") + [UInt8](repeating: 0, count: 15)).isWhole)
  }
}

/// Against this machine's own kernel, without any right.
@Suite(.serialized) struct InotifyWatcherTests {
  static func source(_ folder: String, canaries: [String] = []) -> FileSource {
    var settings = FileSourceLiveTests.settings(folder, canaries: canaries, opens: !canaries.isEmpty)
    settings.ability = .none
    return FileSource(settings: settings)
  }

  /// `act path`, `act from > path`, with what else is known of the file.
  static func told(_ observation: Observation, _ folder: String) -> String {
    func short(_ path: [UInt8]) -> String { String(decoding: path.dropFirst(folder.utf8.count + 1), as: UTF8.self) }
    switch observation.object {
    case .file(let file): return "\(observation.activity) \(short(file.path))\(file.isNew ? " new" : "")"
    case .renamed(let from, let file): return "\(observation.activity) \(short(from)) > \(short(file.path))"
    default: return "\(observation.activity)"
    }
  }

  static func seen(_ source: FileSource, _ folder: String, _ script: String) async throws -> [Observation] {
    try Live.run(["/bin/bash", "-c", "cd \(folder) && \(script) && echo end > end"])
    var parser = FileParser()
    return try await Live.observe(source.queue, &parser) { Self.told($0, folder) == "fileWrite end new" }
  }

  @Test func `writes, renames and deletions are seen, and nobody is named`() async throws {
    try await withTemporaryFolder { folder in
      mkdir("\(folder)/inner", 0o755)
      mkdir("\(folder)/quiet", 0o755)
      let source = Self.source(folder)
      try source.start()
      defer { source.stop() }
      #expect(source.health.isRunning)
      #expect(source.health.reason.contains("2 folders are watched through inotify instead"), "\(source.health.reason)")
      let script = """
        echo x > quiet/no && head -c 20000 /dev/urandom > inner/a.doc && echo x > inner/b && \
        head -c 20000 /dev/urandom > inner/a.doc && \
        mv inner/a.doc inner/a.locked && rm inner/a.locked && echo x > quiet/b && mv quiet/b b
        """
      let seen = try await Self.seen(source, folder, script)
      #expect(
        seen.map { Self.told($0, folder) } == [
          "fileWrite inner/a.doc new", "fileWrite inner/b new", "fileWrite inner/a.doc",
          "fileRename inner/a.doc > inner/a.locked",
          "fileDelete inner/a.locked", "fileWrite b new", "fileWrite end new",
        ])
      #expect(seen.allSatisfy { $0.process == nil && $0.actor == nil })
    }
  }

  @Test func `folders that are made or moved later are watched under their own names`() async throws {
    try await withTemporaryFolder { folder in
      let source = Self.source(folder)
      try source.start()
      defer { source.stop() }
      mkdir("\(folder)/new", 0o755)
      // A folder is watched a moment after it is made.
      try await Task.sleep(for: .milliseconds(200))
      mkdir("\(folder)/new/deep", 0o755)
      try await Task.sleep(for: .milliseconds(200))
      rename("\(folder)/new", "\(folder)/old")
      let seen = try await Self.seen(source, folder, "echo x > old/deep/a && rm -r old")
      #expect(
        seen.map { Self.told($0, folder) } == [
          "fileWrite old/deep/a new", "fileDelete old/deep/a", "fileWrite end new",
        ])
    }
  }

  @Test func `a decoy touched trips, whoever did it`() async throws {
    try await withTemporaryFolder { folder in
      let source = Self.source(folder, canaries: ["\(folder)/decoy"])
      try EHRSourceTests.write("decoy", to: "\(folder)/decoy")
      try source.start()
      defer { source.stop() }
      let seen = try await Self.seen(
        source, folder, "cat decoy && echo x > decoy && mv decoy elsewhere && rm elsewhere")
      let hits = seen.compactMap { CanaryTripwire().examine($0) }
      #expect(hits.map(\.predicate).map { $0.prefix(5) } == ["opene", "opene", "wrote", "moved"])
    }
  }

  @Test func `files encrypted one after another trip, and nobody is named`() async throws {
    try await withTemporaryFolder { folder in
      for number in 0..<30 {
        try EHRSourceTests.write(String(repeating: "text ", count: 200), to: "\(folder)/\(number).doc")
      }
      let source = Self.source(folder)
      try source.start()
      defer { source.stop() }
      let seen = try await Self.seen(
        source, folder, "for f in *.doc; do head -c 20000 /dev/urandom > $f; mv $f $f.locked; done")
      var burst = BurstTripwire()
      let hit = try #require(seen.compactMap { burst.examine($0) }.first)
      #expect(hit.rule == .encryptionBurst && hit.process == nil && hit.identity == "unknown")
    }
  }

  @Test func `Cordon's own planting is not told of`() async throws {
    try await withTemporaryFolder { folder in
      let source = Self.source(folder)
      try source.start()
      defer { source.stop() }
      source.unwatched { try? EHRSourceTests.write("decoy", to: "\(folder)/decoy") }
      #expect(source.health.isRunning)
      #expect(try await Self.seen(source, folder, "true").map { Self.told($0, folder) } == ["fileWrite end new"])
    }
  }

  @Test func `a folder that is not there is an error, with what to do`() throws {
    try withTemporaryFolder { folder in
      let source = Self.source("\(folder)/none")
      expectRefusal("fanotify-too-old") { try source.start() }
      #expect(!source.health.isRunning)
    }
  }
}
