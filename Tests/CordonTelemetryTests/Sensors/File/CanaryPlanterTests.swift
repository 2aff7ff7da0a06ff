import CordonCore
import CordonTelemetry
import CordonTestSupport
import Glibc
import Testing

@Suite struct CanaryPlanterTests {
  static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  static func withFolders(_ body: (_ planter: CanaryPlanter, _ one: String, _ two: String) throws -> Void) throws {
    try withTemporaryFolder { root in
      for name in ["one", "two"] { mkdir("\(root)/\(name)", 0o755) }
      try body(CanaryPlanter(journal: "\(root)/canaries"), "\(root)/one", "\(root)/two")
    }
  }

  @Test func `planting is idempotent and removal leaves nothing`() throws {
    try Self.withFolders { planter, one, two in
      var randomness = SeededRandomness(seed: 1)
      let first = try planter.plant(in: [one, two], at: FakeClock.start, randomness: &randomness)
      #expect(first.problems.isEmpty)
      #expect(first.canaries.count == 2 * CanaryPlanter.decoysPerFolder)
      #expect(Self.names(in: one).count == CanaryPlanter.decoysPerFolder)
      let second = try planter.plant(in: [one, two], at: FakeClock.start, randomness: &randomness)
      #expect(Set(second.canaries) == Set(first.canaries))
      #expect(try planter.removeAll().isEmpty)
      #expect(Self.names(in: one).isEmpty && Self.names(in: two).isEmpty)
      #expect(try planter.remembered().isEmpty)
    }
  }

  @Test func `a folder that the policy no longer names loses its decoys`() throws {
    try Self.withFolders { planter, one, two in
      var randomness = SeededRandomness(seed: 2)
      _ = try planter.plant(in: [one, two], at: FakeClock.start, randomness: &randomness)
      let later = try planter.plant(in: [two], at: FakeClock.start, randomness: &randomness)
      #expect(Self.names(in: one).isEmpty)
      #expect(later.canaries.count == CanaryPlanter.decoysPerFolder)
    }
  }

  @Test func `a decoy that was changed is left and replaced, never deleted`() throws {
    try Self.withFolders { planter, one, _ in
      var randomness = SeededRandomness(seed: 3)
      let planted = try planter.plant(in: [one], at: FakeClock.start, randomness: &randomness)
      let touched = try #require(planted.canaries.first)
      try SmallFile.replace(touched.path, with: Array("someone's own words".utf8))
      #expect(try planter.removeAll() == [touched])
      #expect(Self.names(in: one).count == 1)
    }
  }

  @Test func `a missing folder is a problem with a remedy, and the others get theirs`() throws {
    try Self.withFolders { planter, one, _ in
      var randomness = SeededRandomness(seed: 4)
      let planted = try planter.plant(in: ["\(one)/none", one], at: FakeClock.start, randomness: &randomness)
      #expect(planted.problems.map(\.code) == ["no-canary-folder"])
      #expect(planted.canaries.count == CanaryPlanter.decoysPerFolder)
    }
  }

  @Test func `more folders than the limit are refused`() throws {
    try Self.withFolders { planter, one, _ in
      var randomness = SeededRandomness(seed: 5)
      let many = (0...CanaryPlanter.folderLimit).map { "\(one)/\($0)" }
      expectRefusal("too-many-canary-folders") {
        _ = try planter.plant(in: many, at: FakeClock.start, randomness: &randomness)
      }
      let most = try planter.plant(
        in: Array(many.prefix(CanaryPlanter.folderLimit)), at: FakeClock.start, randomness: &randomness)
      #expect(most.problems.count == CanaryPlanter.folderLimit)
    }
  }

  @Test func `a decoy is old, small and looks like text`() throws {
    try Self.withFolders { planter, one, _ in
      var randomness = SeededRandomness(seed: 6)
      for canary in try planter.plant(in: [one], at: FakeClock.start, randomness: &randomness).canaries {
        var found = stat()
        #expect(stat(canary.path, &found) == 0)
        #expect(found.st_size > 400 && found.st_size <= CanaryPlanter.sizeLimit)
        #expect(Int64(found.st_mtim.tv_sec) * 1000 < FakeClock.start.milliseconds - 86_400_000)
      }
    }
  }
}
