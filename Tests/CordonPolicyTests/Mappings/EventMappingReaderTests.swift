import CordonPolicy
import CordonTestSupport
import Testing

@Suite struct EventMappingReaderTests {
  static func read(_ yaml: String) throws -> EventMapping {
    try EventMappingReader.read(Array(yaml.utf8), file: "map.yaml")
  }

  @Test func `features are read with what they count`() throws {
    let mapping = try Self.read(
      """
      entity: user
      time: at
      features:
        - {name: night, meaning: at night, where: {type: [logon, "log*"]}, hours: 19-7}
        - {name: hosts, distinct: pc}
        - {name: new, new: pc, where: {type: file}}
        - {name: bytes, sum: size}
      """)
    #expect(mapping.features[0].hours == Set([19, 20, 21, 22, 23, 0, 1, 2, 3, 4, 5, 6]))
    #expect(mapping.features[0].conditions == [.init(column: "type", patterns: ["logon", "log*"])])
    #expect(
      mapping.features.map(\.measure) == [.count, .distinct(column: "pc"), .new(column: "pc"), .sum(column: "size")])
    #expect(mapping.columns == ["user", "at", "type", "pc", "size"])
  }

  static let wrong: [(yaml: String, place: String)] = [
    ("", "expected a mapping"), ("- a", "expected a mapping"), ("entity: u\nfeatures: [{name: a}]", "time: is missing"),
    ("entity: u\ntime: t", "features: is missing"), ("entity: u\ntime: t\nfeatures: []", ":3:11"),
    ("entity: u\ntime: t\nfeature: []\nfeatures: [{name: a}]", "did you mean `features`"),
    ("entity: u\ntime: t\nfeatures: [{name: a, hours: 7}]", "19-7"),
    ("entity: u\ntime: t\nfeatures: [{name: a, hours: 7-25}]", "19-7"),
    ("entity: u\ntime: t\nfeatures: [{name: a, sum: x, new: y}]", "one measure"),
    ("entity: u\ntime: t\nfeatures: [{where: {a: b}}]", "name: is missing"),
    ("entity: u\ntime: t\nfeatures: [{name: a, where: {b: {c: d}}}]", "features[0].where.b"),
    ("entity: [u", "not YAML"),
  ]

  @Test(arguments: wrong.indices) func `what is wrong is said with its place`(index: Int) {
    let (yaml, place) = Self.wrong[index]
    expectRefusal("mapping-invalid") {
      do { _ = try Self.read(yaml) } catch {
        #expect("\(error)".contains(place), "\(error)")
        throw error
      }
    }
  }

  @Test(arguments: [
    ("logon", "logon", true), ("logon", "log*", true), ("logon", "*gon", true), ("logon", "*ogo*", true),
    ("logon", "logo", false), ("logon", "*x*", false), ("", "*", true), ("*", "*", true), ("a", "", false),
  ]) func `a pattern is open where it has a star`(value: String, pattern: String, matches: Bool) {
    #expect(EventMapping.Condition(column: "c", patterns: [pattern]).matches(value) == matches)
  }
}
