package import CordonCore

extension PopulationRule {
  private static let version: UInt8 = 1
  /// Members of one population that are kept over a restart: whoever is left out joins at the population's own scales.
  package static let keptMembers = 1_000

  /// What the last hour and the open populations come to, for a restart; what is over is left out.
  package func encode(to writer: inout StateWriter) {
    let latest = max(recent.values.joined().map(\.time).max() ?? .epoch, open.values.map(\.last).max() ?? .epoch)
    writer.put(Self.version)
    let crossed = recent.sorted { ($0.key.group, $0.key.scale.rawValue) < ($1.key.group, $1.key.scale.rawValue) }
      .map { ($0.key, $0.value.filter { latest.since($0.time) <= Self.window }) }.filter { !$0.1.isEmpty }
    writer.put(UInt32(crossed.count))
    for (key, crossings) in crossed {
      writer.put(Array(key.group.utf8))
      writer.put(key.scale.rawValue)
      writer.put(UInt32(crossings.count))
      for crossing in crossings {
        writer.put(crossing.entity)
        writer.put(crossing.time.milliseconds)
      }
    }
    let standing = open.filter { latest.since($0.value.last) <= Self.joinPeriod }.sorted { $0.key < $1.key }
    writer.put(UInt32(standing.count))
    for (group, population) in standing {
      writer.put(Array(group.utf8))
      writer.put(population.last.milliseconds)
      writer.put(UInt8(population.scales.count))
      for scale in population.scales.sorted(by: { $0.rawValue < $1.rawValue }) { writer.put(scale.rawValue) }
      let members = population.members.sorted { $0.stableHash < $1.stableHash }.prefix(Self.keptMembers)
      writer.put(UInt32(members.count))
      for member in members { writer.put(member) }
    }
  }

  /// Reads what `encode` wrote; throws `malformed-state` for anything else.
  package init(from reader: inout StateReader) throws(CordonError) {
    self.init()
    try reader.version(Self.version)
    for _ in 0..<(try reader.integer(UInt32.self)) {
      let key = Key(group: try reader.text(), scale: try reader.scale())
      for _ in 0..<(try reader.integer(UInt32.self)) {
        let entity = try reader.entity()
        let time = Timestamp(milliseconds: try reader.integer(Int64.self))
        recent[key, default: []].append(Crossing(entity: entity, time: time))
      }
    }
    for _ in 0..<(try reader.integer(UInt32.self)) {
      let group = try reader.text()
      var population = Open(members: [], scales: [], last: Timestamp(milliseconds: try reader.integer(Int64.self)))
      for _ in 0..<(try reader.integer(UInt8.self)) { population.scales.insert(try reader.scale()) }
      for _ in 0..<(try reader.integer(UInt32.self)) { population.members.insert(try reader.entity()) }
      open[group] = population
    }
  }
}

extension StateWriter {
  fileprivate mutating func put(_ entity: EntityRef) {
    put(entity.kind.rawValue)
    put(entity.keyEpoch)
    put(entity.label.isEmpty ? entity.pseudonym : Array(entity.label.utf8))
  }
}

extension StateReader {
  fileprivate mutating func scale() throws(CordonError) -> Scale {
    guard let scale = Scale(rawValue: try integer()) else { throw Self.malformed }
    return scale
  }

  fileprivate mutating func entity() throws(CordonError) -> EntityRef {
    guard let kind = EntityKind(rawValue: try integer()) else { throw Self.malformed }
    let epoch = try integer(UInt32.self)
    let name = try data()
    // Epoch 0 is that of clear labels.
    return epoch == 0
      ? EntityRef(kind: kind, label: String(decoding: name, as: UTF8.self))
      : EntityRef(kind: kind, keyEpoch: epoch, pseudonym: name)
  }
}
