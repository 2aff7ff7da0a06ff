import CordonCore
import CordonTelemetry
import CordonTestSupport
import Glibc
import Testing

/// Against this machine's own kernel, in folders of the test alone.
@Suite(.serialized, .enabled(if: Live.isRoot, Live.why)) struct FileSourceLiveTests {
  static func settings(_ folder: String, canaries: [String] = [], opens: Bool = false) -> FileSourceSettings {
    var policy = Policy.FileSensor()
    policy.paths = [folder]
    policy.exclude = ["\(folder)/quiet"]
    return FileSourceSettings(policy: policy, canaries: canaries, reportsCanaryOpens: opens)
  }

  static func path(_ observation: Observation) -> String {
    switch observation.object {
    case .file(let file): String(decoding: file.path, as: UTF8.self)
    case .renamed(_, let file): String(decoding: file.path, as: UTF8.self)
    default: ""
    }
  }

  @Test func `a file encrypted, renamed and deleted by a child is seen, with its entropy`() async throws {
    try await withTemporaryFolder { folder in
      let source = FileSource(settings: Self.settings(folder))
      try source.start()
      defer { source.stop() }
      let script = """
        cd \(folder) && mkdir quiet && echo x > quiet/no && head -c 20000 /dev/urandom > a.doc && \
        head -c 20000 /dev/urandom > a.doc && mv a.doc a.doc.locked && rm a.doc.locked && exec true
        """
      try Live.run(["/bin/bash", "-c", script])
      var parser = FileParser()
      let seen = try await Live.observe(source.queue, &parser) { $0.activity == .fileDelete }
      #expect(!seen.contains { Self.path($0).contains("quiet") })
      let rename = try #require(seen.first { $0.activity == .fileRename })
      guard case .renamed(let from, let file) = rename.object else { return }
      #expect(from == Array("\(folder)/a.doc".utf8))
      #expect(file.path == Array("\(folder)/a.doc.locked".utf8))
      // `mv` may be gone before it is looked up; its pid is in the event itself.
      #expect((rename.process?.pid ?? 0) > 0)
      let write = try #require(seen.first { $0.activity == .fileWrite })
      #expect(Self.path(write) == "\(folder)/a.doc")
      #expect(write.process?.pid != UInt32(getpid()))
      #expect(seen.contains { $0.activity == .fileDelete && Self.path($0) == "\(folder)/a.doc.locked" })
    }
  }

  /// As on Linux 5.9 to 5.16, which this kernel can still play.
  @Test func `where a rename is two events, both names are found`() async throws {
    try await withTemporaryFolder { folder in
      var settings = Self.settings(folder, canaries: ["\(folder)/decoy"])
      settings.ability = .moves
      let source = FileSource(settings: settings)
      try source.start()
      defer { source.stop() }
      #expect(source.health.isRunning)
      #expect(source.health.reason.contains("5.17"))
      let script = """
        cd \(folder) && echo x > decoy && seq 1 5000 > a.doc && head -c 20000 /dev/urandom > a.doc && \
        mv a.doc a.locked && mv decoy quiet-decoy && mkdir b && mv a.locked b/a && rm b/a && exec true
        """
      try Live.run(["/bin/bash", "-c", script])
      var parser = FileParser()
      let seen = try await Live.observe(source.queue, &parser) { $0.activity == .fileDelete }
      let renames = seen.compactMap { observation -> [String]? in
        guard case .renamed(let from, let file) = observation.object else { return nil }
        #expect(file.isCanary == from.elementsEqual("\(folder)/decoy".utf8))
        return [String(decoding: from, as: UTF8.self), String(decoding: file.path, as: UTF8.self)]
      }
      #expect(
        renames == [
          ["\(folder)/a.doc", "\(folder)/a.locked"], ["\(folder)/decoy", "\(folder)/quiet-decoy"],
          ["\(folder)/a.locked", "\(folder)/b/a"],
        ])
      let writes = seen.compactMap { observation -> ObservedFile? in
        guard observation.activity == .fileWrite, case .file(let file) = observation.object, !file.isCanary else {
          return nil
        }
        return file
      }
      #expect(writes.map(\.isNew) == [true, false])
      #expect(writes.last?.content.map { $0.entropy > 7.8 } == true)
      #expect(Self.path(try #require(seen.last)) == "\(folder)/b/a")
    }
  }

  @Test func `a rewrite is told from a new file, and random content from text`() async throws {
    try await withTemporaryFolder { folder in
      let source = FileSource(settings: Self.settings(folder))
      try source.start()
      defer { source.stop() }
      var parser = FileParser()
      func writes(_ script: String) async throws -> ObservedFile? {
        try Live.run(["/bin/bash", "-c", script])
        let seen = try await Live.observe(source.queue, &parser) { $0.activity == .fileWrite }
        guard case .file(let file) = seen.last(where: { $0.activity == .fileWrite })?.object else { return nil }
        return file
      }
      let text = try #require(try await writes("seq 1 5000 > \(folder)/a"))
      #expect(text.isNew)
      let low = try #require(text.content)
      #expect(low.entropy < 5 && !low.isKnownFormat)
      let random = try #require(try await writes("head -c 20000 /dev/urandom > \(folder)/a"))
      #expect(!random.isNew)
      let high = try #require(random.content)
      #expect(high.entropy > 7.8 && high.size == 20000)
      #expect(high.looksEncrypted(floor: 7.2))
      let zipped = try #require(try await writes("gzip -c \(folder)/a > \(folder)/b"))
      #expect(zipped.content?.isKnownFormat == true)
      let tiny = try #require(try await writes("echo hello > \(folder)/c"))
      #expect(tiny.content == nil)
    }
  }

  @Test func `a canary that is written, moved or removed is marked; its opening only where asked`() async throws {
    try await withTemporaryFolder { folder in
      var randomness = SeededRandomness(seed: 11)
      let planter = CanaryPlanter(journal: "\(folder)/journal")
      mkdir("\(folder)/share", 0o755)
      let planted = try planter.plant(in: ["\(folder)/share"], at: FakeClock.start, randomness: &randomness)
      let paths = planted.canaries.map(\.path)
      var settings = Self.settings("\(folder)/nothing", canaries: paths, opens: true)
      settings.policy.paths = []
      let source = FileSource(settings: settings)
      try source.start()
      defer { source.stop() }
      var parser = FileParser()
      try Live.run([
        "/bin/bash", "-c",
        "cat '\(paths[0])' > /dev/null; mv '\(paths[0])' '\(folder)/share/gone'; echo x >> '\(paths[1])'",
      ])
      let seen = try await Live.observe(source.queue, &parser) { $0.activity == .fileWrite }
      #expect(seen.contains { $0.activity == .fileOpen && Self.path($0) == paths[0] })
      for observation in seen {
        switch observation.object {
        case .file(let file): #expect(file.isCanary)
        case .renamed(_, let file): #expect(file.isCanary)
        default: Issue.record("unexpected \(observation)")
        }
      }
      #expect(Set(seen.map(\.activity)).isSuperset(of: [.fileRename, .fileWrite]))
    }
  }

  @Test func `a folder that is not there is a note, and none at all a refusal with a remedy`() throws {
    try withTemporaryFolder { folder in
      var settings = Self.settings(folder)
      settings.policy.paths = [folder, "\(folder)/none"]
      let source = FileSource(settings: settings)
      try source.start()
      #expect(source.health.reason.contains("none is not watched"))
      try source.use(Self.settings(folder))
      #expect(source.health.reason.isEmpty)
      source.stop()
      settings.policy.paths = ["\(folder)/none"]
      let other = FileSource(settings: settings)
      expectRefusal("no-folder-watched") { try other.start() }
      #expect(!other.health.isRunning && !other.health.reason.isEmpty)
    }
  }

  @Test func `what the ignored do is not reported`() async throws {
    try await withTemporaryFolder { folder in
      let source = FileSource(settings: Self.settings(folder))
      try source.start()
      defer { source.stop() }
      try SmallFile.replace("\(folder)/own", with: [1, 2, 3])
      try Live.run(["/bin/bash", "-c", "echo x > \(folder)/theirs"])
      var parser = FileParser()
      let seen = try await Live.observe(source.queue, &parser) { $0.activity == .fileWrite }
      #expect(seen.map(Self.path) == ["\(folder)/theirs"])
    }
  }
}
