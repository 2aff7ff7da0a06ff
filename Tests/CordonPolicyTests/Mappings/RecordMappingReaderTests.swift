import CordonCore
import CordonPolicy
import CordonTestSupport
import Testing

@Suite struct RecordMappingReaderTests {
  static func read(_ yaml: String, name: String? = nil) throws -> RecordMapping {
    try RecordMappingReader.read(Array(yaml.utf8), file: "map.yaml", name: name)
  }

  static let whole = """
    name: images
    paths: [/var/log/images]
    time: when
    user: who.login
    realm: ward.example
    activity: what
    activities:
      record-open: ["view*", show]
      record-export: burn
    outcome: result
    failures: [denied]
    patient: patient.id
    """

  @Test func `a mapping is read with what each field says`() throws {
    let mapping = try Self.read(Self.whole)
    #expect(
      mapping
        == RecordMapping(
          name: "images", paths: ["/var/log/images"], time: "when", user: "who.login", realm: "ward.example",
          activity: "what",
          activities: [
            .init(meaning: .recordOpen, patterns: ["view*", "show"]),
            .init(meaning: .recordExport, patterns: ["burn"]),
          ], outcome: "result", failures: ["denied"], patient: "patient.id"))
    #expect(mapping.meaning(of: "VIEW-IMAGE") == .recordOpen)
    #expect(mapping.meaning(of: "review") == nil)
  }

  static let register = """
    name: staff
    format: csv
    user: login
    patient: mrn
    family_name: last
    given_name: first
    birth_date: born
    street: street
    postal_code: zip
    activities: {employee: ["*"]}
    """

  @Test func `a register needs no time`() throws {
    let mapping = try Self.read(Self.register)
    #expect(mapping.time.isEmpty && mapping.meaning(of: "") == .employee)
    #expect(mapping.planning.familyName == "last" && mapping.planning.postalCode == "zip")
  }

  @Test(arguments: [
    ("user: login\n", "", "user: is missing"), ("employee", "membership", "group: is missing"),
    ("employee", "care", "time: is missing"), ("patient: mrn\n", "", "patient: is missing"),
  ])
  func `a register says what its meaning needs`(old: String, new: String, place: String) {
    let text = Self.register.replacing(old, with: new)
      .replacing("employee", with: place.hasPrefix("patient") ? "patient" : "employee")
    expectRefusal("mapping-invalid") {
      do { _ = try Self.read(text) } catch {
        #expect("\(error)".contains(place), "\(error)")
        throw error
      }
    }
  }

  @Test func `one of a policy's is chosen by its name`() throws {
    let one = "{name: a, time: t, user: u, activities: {log-on: [\"*\"]}}"
    let policy = "name: p\nmappings:\n  - \(one)\n  - \(one.replacing("name: a", with: "name: b"))"
    #expect(try Self.read(policy, name: "b").name == "b")
    expectRefusal("mapping-missing") { _ = try Self.read(policy) }
    expectRefusal("mapping-missing") { _ = try Self.read(policy, name: "c") }
  }

  static let wrong: [(change: (String, String), place: String)] = [
    (("time: when\n", ""), "time: is missing"), (("user:", "usr:"), "did you mean `user`"),
    (("record-open", "record-opens"), "did you mean `record-open`"), (("burn", "{a: b}"), "activities.record-export"),
    (("/var/log/images", "var/log"), "paths[0]"), (("time: when", "time: when\nformat: xml"), "expected one of json"),
    (("outcome: result\n", ""), "outcome: is missing"), (("activity: what\n", ""), "activity: is missing"),
    (("record-export", "file-write"), "object: is missing"), (("name: images", "name: a b"), "name"),
    (("realm: ward.example", "realm: [a]"), "realm"), (("name: images", "- a"), "map.yaml"),
  ]

  @Test(arguments: wrong.indices) func `what is wrong is said with its place`(index: Int) {
    let ((old, new), place) = Self.wrong[index]
    expectRefusal("mapping-invalid") {
      do { _ = try Self.read(Self.whole.replacing(old, with: new)) } catch {
        #expect("\(error)".contains(place), "\(error)")
        throw error
      }
    }
  }

  @Test func `a policy needs its files, and each name once`() {
    let mapping = "{name: a, time: t, user: u, activities: {log-on: [\"*\"]}}"
    let text =
      "name: p\nmappings:\n  - \(mapping)\n  - \(mapping.replacing("time", with: "paths: [/x], time"))\n"
      + "  - \(mapping.replacing("time", with: "paths: [/x], time"))\n"
    let problems = PolicyCompiler.compile(Array(text.utf8), file: "-").problems.map(\.description)
    #expect(problems.contains { $0.contains("mappings[0].paths: is missing") }, "\(problems)")
    #expect(problems.contains { $0.contains("listed twice") }, "\(problems)")
  }
}
