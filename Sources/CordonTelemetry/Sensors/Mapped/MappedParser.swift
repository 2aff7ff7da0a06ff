package import CordonCore

/// Lines of logs that a policy's mappings explain, to observations: each record names its mapping in its first line.
package struct MappedParser: SensorParser {
  package private(set) var counters = ParserCounters()

  private var readers: [(tag: [UInt8], reader: MappedReader)] = []

  package init(mappings: [RecordMapping] = []) { use(mappings) }

  /// Takes a policy's mappings, from the next record on.
  package mutating func use(_ policy: Policy) { use(policy.logs.mappings) }

  private mutating func use(_ mappings: [RecordMapping]) {
    guard mappings != readers.map(\.reader.mapping) else { return }
    readers = mappings.map { (Array($0.name.utf8), MappedReader($0)) }
  }

  package mutating func parse(_ record: [UInt8], arrived: Timestamp, into observations: inout [Observation]) {
    counters.records += 1
    guard let end = record.firstIndex(of: 0x0A),
      let index = readers.firstIndex(where: { $0.tag.elementsEqual(record[..<end]) })
    else {
      // Of a mapping that the policy has dropped meanwhile.
      counters.malformed += 1
      return
    }
    let line = (record.lastIndex(of: 0x0A) ?? end) + 1
    switch readers[index].reader.read(Array(record[line...]), head: record[(end + 1)..<line]) {
    case .success(let observation):
      counters.observations += 1
      observations.append(observation)
    case .failure(let failure):
      if failure.kind == .ignored { counters.ignored += 1 } else { counters.malformed += 1 }
    }
  }

  package mutating func advance(to now: Timestamp, into observations: inout [Observation]) {}

  package mutating func finish(into observations: inout [Observation]) {}
}
