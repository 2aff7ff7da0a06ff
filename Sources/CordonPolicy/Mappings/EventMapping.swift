/// How rows of a file of events become features of an entity's windows, for `cordon lab entities`.
package struct EventMapping: Hashable, Sendable {
  /// What is made of the rows that a feature is about.
  package enum Measure: Hashable, Sendable {
    /// How many there are.
    case count
    /// How many different values a column has among them.
    case distinct(column: String)
    /// How many values a column has that it never had before for the entity.
    case new(column: String)
    /// The sum of a column's numbers.
    case sum(column: String)
  }

  /// Rows whose column matches any of the patterns; `*` at either end stands for anything.
  package struct Condition: Hashable, Sendable {
    package var column: String
    package var patterns: [String]

    package init(column: String, patterns: [String]) {
      self.column = column
      self.patterns = patterns
    }
  }

  package struct Feature: Hashable, Sendable {
    package var name: String
    package var meaning: String
    package var measure: Measure
    /// All must hold.
    package var conditions: [Condition]
    /// Hours of the day, 0 to 23, that rows are counted in; nil for all.
    package var hours: Set<Int>?

    package init(
      name: String, meaning: String, measure: Measure = .count, conditions: [Condition] = [], hours: Set<Int>? = nil
    ) {
      self.name = name
      self.meaning = meaning
      self.measure = measure
      self.conditions = conditions
      self.hours = hours
    }
  }

  /// Column that names the entity.
  package var entity: String
  /// Column that holds the event's time.
  package var time: String
  package var features: [Feature]

  package init(entity: String, time: String, features: [Feature]) {
    self.entity = entity
    self.time = time
    self.features = features
  }

  /// Columns that a file must have, each once, in the order of their first use.
  package var columns: [String] {
    var columns = [entity, time]
    for feature in features {
      columns += feature.conditions.map(\.column)
      switch feature.measure {
      case .count: break
      case .distinct(let column), .new(let column), .sum(let column): columns.append(column)
      }
    }
    var seen: Set<String> = []
    return columns.filter { seen.insert($0).inserted }
  }
}

extension EventMapping.Condition {
  /// Whether a value matches one of the patterns.
  package func matches(_ value: String) -> Bool { patterns.contains { Self.matches(value, $0) } }

  private static func matches(_ value: String, _ pattern: String) -> Bool {
    let isOpenBefore = pattern.hasPrefix("*")
    let isOpenAfter = pattern.hasSuffix("*") && pattern.utf8.count > 1
    let core = pattern.dropFirst(isOpenBefore ? 1 : 0).dropLast(isOpenAfter ? 1 : 0)
    switch (isOpenBefore, isOpenAfter) {
    case (false, false): return value == core
    case (false, true): return value.hasPrefix(core)
    case (true, false): return value.hasSuffix(core)
    case (true, true): return core.isEmpty || value.contains(core)
    }
  }
}
