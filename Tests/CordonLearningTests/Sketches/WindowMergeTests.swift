import CordonCore
import CordonLearning
import CordonTestSupport
import Testing

@Suite struct WindowMergeTests {
  static let entity = EntityRef(kind: .user, keyEpoch: 1, pseudonym: [UInt8](repeating: 7, count: 16))

  static func window(_ value: Float, hashes: [UInt64] = []) -> EntityWindow {
    let schema = FeatureSchema.hostAtHost
    var sketch = HyperLogLog()
    for hash in hashes { sketch.insert(hash) }
    var window = EntityWindow(
      entity: entity, schema: schema.id, start: .epoch, length: 60_000, observations: 2,
      features: schema.features.map { _ in value }, lag: UInt32(value), late: 1)
    window.sketches = hashes.isEmpty ? [] : [.init(feature: 102, registers: sketch.encoded)]
    return window
  }

  @Test func `sums add, maxima take the most, unions merge`() throws {
    let merged = try WindowMerge.merge([
      Self.window(3, hashes: [1 << 60, 2 << 60]), Self.window(5, hashes: [2 << 60, 3 << 60]), Self.window(1),
    ])
    let schema = FeatureSchema.hostAtHost
    #expect(merged.features[try #require(schema.index(of: 101))] == 9)
    #expect(merged.features[try #require(schema.index(of: 114))] == 5)
    #expect(abs(merged.features[try #require(schema.index(of: 102))] - 3) < 0.1)
    #expect(merged.features[try #require(schema.index(of: 106))] == 0)
    #expect(merged.observations == 6)
    #expect(merged.late == 3)
    #expect(merged.lag == 5)
  }

  @Test func `merging in any order or in steps gives the same window`() throws {
    let parts = [
      Self.window(3, hashes: [1 << 60]), Self.window(5, hashes: [2 << 60]), Self.window(1, hashes: [9 << 58]),
    ]
    let whole = try WindowMerge.merge(parts)
    #expect(try WindowMerge.merge(parts.reversed()) == whole)
    #expect(try WindowMerge.merge([WindowMerge.merge(Array(parts[..<2])), parts[2]]) == whole)
  }

  @Test func `parts that do not belong together are refused`() {
    var other = Self.window(1)
    other.start = Timestamp(milliseconds: 60_000)
    expectRefusal("window-parts") { _ = try WindowMerge.merge([Self.window(1), other]) }
    expectRefusal("window-parts") { _ = try WindowMerge.merge([]) }
    var short = Self.window(1)
    short.features.removeLast()
    expectRefusal("window-shape") { _ = try WindowMerge.merge([short]) }
    var unknown = Self.window(1)
    unknown.schema = 999
    expectRefusal("unknown-schema") { _ = try WindowMerge.merge([unknown]) }
    var bad = Self.window(1)
    bad.sketches = [.init(feature: 102, registers: [9])]
    expectRefusal("malformed-sketch") { _ = try WindowMerge.merge([bad]) }
  }
}
