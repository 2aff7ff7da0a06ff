package import CordonCore
import CordonTelemetry

/// The lines of a sample under a mapping: what each becomes, or why it becomes nothing.
package struct MappingTrial {
  /// Bytes of a sample.
  package static let mostBytes = 16 << 20
  /// Lines that are shown one by one; all are counted.
  package static let mostShown = 1000

  private enum Outcome {
    case observation(Observation)
    case failure(MappingFailure)
  }

  private let mapping: RecordMapping
  private var outcomes: [(line: Int, outcome: Outcome)] = []
  private var observed = 0
  private var ignored = 0
  /// Lines that are not what the mapping says, and bytes that are no whole line.
  package private(set) var damaged = 0

  package init(_ mapping: RecordMapping, sample: [UInt8]) {
    self.mapping = mapping
    var reader = MappedReader(mapping)
    var head: ArraySlice<UInt8> = []
    for (index, text) in sample.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      let line = text.last == 0x0D ? text.dropLast() : text
      guard !line.isEmpty else { continue }
      if mapping.format != .json, head.isEmpty {
        head = line + [0x0A]
        continue
      }
      switch reader.read(Array(line), head: head) {
      case .success(let observation):
        observed += 1
        keep(index + 1, .observation(observation))
      case .failure(let failure):
        if failure.kind == .ignored { ignored += 1 } else { damaged += 1 }
        keep(index + 1, .failure(failure))
      }
    }
  }

  private mutating func keep(_ line: Int, _ outcome: Outcome) {
    if outcomes.count < Self.mostShown { outcomes.append((line, outcome)) }
  }

  package var report: Report {
    let summary = "\(observed) lines become observations, \(ignored) are passed over, \(damaged) are damaged\n"
    return Report(
      // A sample is somebody else's words, and the reader is a terminal.
      text: outcomes.map { "line \($0.line): \(Table.plain(Self.text($0.outcome)))\n" }.joined() + summary,
      json: .fields([
        "mapping": .text(mapping.name), "observed": .integer(Int64(observed)), "ignored": .integer(Int64(ignored)),
        "damaged": .integer(Int64(damaged)), "lines": .list(outcomes.map { Self.json($0.line, $0.outcome) }),
      ]))
  }

  // MARK: Words

  private static func text(_ outcome: Outcome) -> String {
    switch outcome {
    case .observation(let observation):
      // Registers have no moment of their own.
      let time = observation.time == .epoch ? "any time:" : TimeText.iso(observation.time, milliseconds: true)
      return "\(time) " + facts(of: observation).map { "\($0.name) \($0.value)" }.joined(separator: ", ")
    case .failure(let failure):
      let word = failure.kind == .ignored ? "passed over" : "damaged"
      let field = failure.field.isEmpty ? "the line" : failure.field
      return "\(word), column \(failure.column): \(field) \(failure.message)"
    }
  }

  private static func json(_ line: Int, _ outcome: Outcome) -> JSONValue {
    switch outcome {
    case .observation(let observation):
      let facts = facts(of: observation).map { JSONValue.Field(name: $0.name, value: .text($0.value)) }
      return .object(
        [
          .init(name: "line", value: .integer(Int64(line))),
          .init(name: "time", value: .time(observation.time.milliseconds)),
        ] + facts)
    case .failure(let failure):
      return .fields([
        "line": .integer(Int64(line)), "field": .optional(failure.field), "column": .integer(Int64(failure.column)),
        "passed_over": .flag(failure.kind == .ignored), "message": .text(failure.message),
      ])
    }
  }

  /// What an observation says, in the order in which people ask.
  private static func facts(of observation: Observation) -> [(name: String, value: String)] {
    var facts = [("activity", "\(observation.activity)"), ("outcome", "\(observation.outcome)")]
    switch observation.actor {
    case .record(let name), .name(let name): facts.append(("user", name))
    default: break
    }
    if let machine = observation.foreign?.machine, !machine.isEmpty { facts.append(("machine", machine)) }
    switch observation.object {
    case .access(let access):
      facts.append(("act", "\(access.act)"))
      facts += access.patients.map { ("patient", $0.id) }
      if !access.origin.isEmpty { facts.append(("address", access.origin)) }
    case .authentication(let authentication):
      switch authentication.origin {
      case .address(let address): facts.append(("address", address.description))
      case .name(let name): facts.append(("address", name))
      case nil: break
      }
    case .file(let file): facts.append(("object", String(decoding: file.path, as: UTF8.self)))
    case .peer(let address, let port): facts.append(("object", "\(address):\(port)"))
    case .program:
      facts.append(("object", observation.process.map { String(decoding: $0.executable, as: UTF8.self) } ?? ""))
    case .care(let fact): facts = Self.facts(of: fact)
    default: break
    }
    return facts.map { (name: $0.0, value: $0.1) }
  }

  /// What a register says; who lives with whom is shown as the words that are compared.
  private static func facts(of fact: CareFact) -> [(String, String)] {
    switch fact {
    case .relation(let relation):
      [("fact", "care"), ("patient", relation.patient.id)] + relation.parties.map { ("party", $0) } + [
        ("until", TimeText.iso(relation.to, milliseconds: true))
      ]
    case .membership(let member, let groups):
      [("fact", "membership"), ("user", member)] + groups.map { ("group", $0) }
    case .person(let person):
      [("fact", "person")] + person.names.map { ("user", $0) } + person.patients.map { ("patient", $0.id) }
        + person.identities.map { ("same person", $0) } + person.households.map { ("same household", $0) }
    }
  }
}
