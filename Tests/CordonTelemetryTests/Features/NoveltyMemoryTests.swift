import CordonCore
import CordonTelemetry
import Crypto
import Testing

/// What was seen before, of the machine and of each user.
@Suite struct NoveltyMemoryTests {
  static let key = SymmetricKey(data: [UInt8](repeating: 7, count: 32))
  static let item = Array("/usr/bin/id".utf8)

  static func user(_ name: String) throws -> CanonicalName {
    let machine = try #require(MachineID("0123456789abcdef0123456789abcdef"))
    return try #require(CanonicalName.account(name, on: machine))
  }

  @Test func `new is the first time only, and to each owner and feature by itself`() throws {
    var memory = NoveltyMemory(key: Self.key)
    func look(_ owner: String?, _ feature: UInt32 = 129) throws -> Bool {
      memory.isFirst(Self.item, .executable, of: try owner.map(Self.user), feature: feature)
    }
    #expect(try look(nil))
    #expect(try !look(nil))
    #expect(try look("ann"))
    #expect(try look("bob"))
    #expect(try !look("ann"))
    #expect(try look(nil, 121))
  }

  @Test func `it outlives a restart`() throws {
    var memory = NoveltyMemory(key: Self.key)
    _ = memory.isFirst(Self.item, .executable, of: nil, feature: 129)
    let bytes = memory.encoded
    #expect(bytes.count == NoveltyMemory.encodedLimit(capacity: NoveltyMemory.capacity))
    var restored = NoveltyMemory(key: Self.key, encoded: bytes)
    let isNew = restored.isFirst(Self.item, .executable, of: nil, feature: 129)
    #expect(!isNew)
    var stranger = NoveltyMemory(key: SymmetricKey(data: [UInt8](repeating: 8, count: 32)), encoded: bytes)
    let isNewToStranger = stranger.isFirst(Self.item, .executable, of: nil, feature: 129)
    #expect(isNewToStranger, "another machine's hashes say nothing here")
  }

  @Test(arguments: [
    [], [1, 2, 3], [UInt8](repeating: 0xFF, count: NoveltyMemory.encodedLimit(capacity: NoveltyMemory.capacity)),
  ])
  func `damage is as if nothing had been seen`(bytes: [UInt8]) {
    var memory = NoveltyMemory(key: Self.key, encoded: bytes)
    let isNew = memory.isFirst(Self.item, .executable, of: nil, feature: 129)
    #expect(isNew)
  }
}
