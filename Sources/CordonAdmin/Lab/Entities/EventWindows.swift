package import CordonCore
import CordonLearning
package import CordonPolicy

/// Gathers events, in any order, into windows of a mapping's features, entity by entity.
///
/// Distinct counts are HyperLogLog's, as an agent's are. Whether an item is new is known once all events are in: it is new in
/// the first window that has it. Memory: a few numbers a window that holds anything, and 16 bytes an item that may be new.
package struct EventWindows: Sendable {
  private struct Key: Hashable {
    var entity: Int
    var window: Int64
  }

  private struct ItemKey: Hashable {
    var entity: Int
    var feature: Int
    var item: UInt64
  }

  package let mapping: EventMapping
  package let schema: FeatureSchema
  /// Length of a window in milliseconds.
  package let length: Int64
  /// Entities' names in the order of their first event.
  package private(set) var entities: [String] = []
  package private(set) var events = 0
  private var numbers: [String: Int] = [:]
  private var windows: [Key: EntityWindow] = [:]
  private var sketches: [Key: [Int: HyperLogLog]] = [:]
  private var firstSeen: [ItemKey: Int64] = [:]

  /// Windows of `length`, at least a second and at most a week.
  package init(_ mapping: EventMapping, length: Duration) {
    self.mapping = mapping
    self.length = min(max(length.milliseconds, 1000), Int64(UInt32.max))
    schema = FeatureSchema(
      id: 0, name: "\(mapping.entity)@file", entity: .account, family: .host,
      features: mapping.features.enumerated().map { index, feature in
        FeatureDefinition(
          UInt32(index + 1), feature.name, unit: "count", .log1p, Self.merge(of: feature.measure), feature.meaning)
      })
  }

  private static func merge(of measure: EventMapping.Measure) -> FeatureMerge {
    if case .distinct = measure { return .union }
    return .sum
  }

  /// Takes in one event; `field` gives a column's text.
  package mutating func add(entity name: String, at time: Timestamp, field: (String) -> String) {
    events += 1
    let entity = number(of: name)
    let window = time.milliseconds.flooredDivision(by: length)
    let key = Key(entity: entity, window: window)
    let hour = Int(time.milliseconds.flooredDivision(by: 3_600_000).flooredRemainder(by: 24))
    if windows[key] == nil { windows[key] = empty(entity: name, window: window) }
    windows[key]?.observations += 1
    for (index, feature) in mapping.features.enumerated() {
      if let hours = feature.hours, !hours.contains(hour) { continue }
      guard feature.conditions.allSatisfy({ $0.matches(field($0.column)) }) else { continue }
      switch feature.measure {
      case .count: windows[key]?.features[index] += 1
      case .sum(let column):
        windows[key]?.features[index] += Float(field(column)).flatMap { $0.isFinite ? $0 : nil } ?? 0
      case .distinct(let column):
        sketches[key, default: [:]][index, default: HyperLogLog()].insert(Self.hash(field(column)))
      case .new(let column):
        let item = ItemKey(entity: entity, feature: index, item: Self.hash(field(column)))
        firstSeen[item] = min(firstSeen[item] ?? window, window)
      }
    }
  }

  /// One list of windows an entity, in the order of `entities`, each by time; windows without events are not in it.
  package func finished() -> [[EntityWindow]] {
    var lists = [[EntityWindow]](repeating: [], count: entities.count)
    var whole = windows
    for (key, byFeature) in sketches {
      for (index, sketch) in byFeature { whole[key]?.features[index] = Float(sketch.estimate) }
    }
    for (item, window) in firstSeen { whole[Key(entity: item.entity, window: window)]?.features[item.feature] += 1 }
    for (key, window) in whole { lists[key.entity].append(window) }
    return lists.map { $0.sorted { $0.start < $1.start } }
  }

  private func empty(entity: String, window: Int64) -> EntityWindow {
    EntityWindow(
      entity: EntityRef(kind: .account, label: entity), schema: schema.id,
      start: Timestamp(milliseconds: window &* length), length: UInt32(length), observations: 0,
      features: [Float](repeating: 0, count: mapping.features.count))
  }

  private mutating func number(of name: String) -> Int {
    if let known = numbers[name] { return known }
    numbers[name] = entities.count
    entities.append(name)
    return entities.count - 1
  }

  private static func hash(_ text: String) -> UInt64 {
    var hash = StableHash()
    hash.combine(text.utf8)
    return hash.value
  }
}
