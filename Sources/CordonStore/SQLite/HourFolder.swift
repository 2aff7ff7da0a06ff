import CordonCore
import Foundation
import GRDB

/// Windows on their way into hours: merged in memory, then written once an (entity, schema, hour).
struct HourFolder {
  struct Key: Hashable {
    var entity: Data
    var schema: Int64
    var hour: Int64
  }

  struct Sum {
    var windows: Int64 = 0
    var observations: Int64 = 0
    var features: [Float] = []
  }

  static let hourMilliseconds: Int64 = 3_600_000

  private(set) var sums: [Key: Sum] = [:]

  /// Takes up one row of a day table.
  mutating func add(_ row: Row) throws {
    let start: Int64 = try row.value("start_ms")
    let hour = Self.hour(of: Timestamp(milliseconds: start))
    let key = Key(entity: try row.value("entity"), schema: try row.value("schema"), hour: hour)
    let added = Sum(
      windows: 1, observations: try row.value("observations"),
      features: try PackedFloats.decode(try row.value("features")))
    sums[key] = sums[key].map { Self.merge($0, added, schema: key.schema) } ?? Self.known(added, schema: key.schema)
  }

  /// Merges with what is stored, and stores it.
  func write(_ db: Database) throws {
    let stored = try db.cachedStatement(
      sql: "SELECT windows, observations, features FROM hours WHERE entity = ? AND schema = ? AND hour = ?")
    let update = try db.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO hours (entity, schema, hour, windows, observations, features) VALUES (?, ?, ?, ?, ?, ?)
        """)
    for (key, sum) in sums {
      var sum = sum
      if let row = try Row.fetchOne(stored, arguments: [key.entity, key.schema, key.hour]) {
        let before = Sum(
          windows: try row.value("windows"), observations: try row.value("observations"),
          features: try PackedFloats.decode(try row.value("features")))
        sum = Self.merge(before, sum, schema: key.schema)
      }
      try update.execute(arguments: [
        key.entity, key.schema, key.hour, sum.windows, sum.observations, PackedFloats.encode(sum.features),
      ])
    }
  }

  /// Hours since 1970, rounded down.
  static func hour(of time: Timestamp) -> Int64 {
    let (quotient, rest) = time.milliseconds.quotientAndRemainder(dividingBy: hourMilliseconds)
    return rest < 0 ? quotient - 1 : quotient
  }

  private static func known(_ sum: Sum, schema: Int64) -> Sum {
    let isKnown = UInt32(exactly: schema).flatMap { FeatureSchema.withID($0) }?.features.count == sum.features.count
    return isKnown ? sum : Sum(windows: sum.windows, observations: sum.observations)
  }

  private static func merge(_ left: Sum, _ right: Sum, schema: Int64) -> Sum {
    var merged = Sum(windows: left.windows + right.windows, observations: left.observations + right.observations)
    guard let definitions = UInt32(exactly: schema).flatMap({ FeatureSchema.withID($0) })?.features,
      left.features.count == definitions.count, right.features.count == definitions.count
    else { return merged }
    merged.features = definitions.indices.map { index in
      switch definitions[index].merge {
      case .sum: left.features[index] + right.features[index]
      case .max, .union: max(left.features[index], right.features[index])
      }
    }
    return merged
  }
}
