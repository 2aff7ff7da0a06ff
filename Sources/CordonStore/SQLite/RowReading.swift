import CordonCore
import Foundation
import GRDB

/// GRDB's subscripts end the program where a column holds another type than the schema says, or is not there at all. A
/// damaged page can hold anything: these throw.
extension Row {
  func value<Value: DatabaseValueConvertible>(_ column: String) throws(CordonError) -> Value {
    guard let value: Value = try valueIfAny(column) else { throw StoreFailure.badRow("the database", column) }
    return value
  }

  /// Nil for NULL, and for a column that the row has not.
  func valueIfAny<Value: DatabaseValueConvertible>(_ column: String) throws(CordonError) -> Value? {
    guard let stored: DatabaseValue = self[column] as DatabaseValue?, !stored.isNull else { return nil }
    guard let value = Value.fromDatabaseValue(stored) else { throw StoreFailure.badRow("the database", column) }
    return value
  }

  func time(_ column: String) throws(CordonError) -> Timestamp { Timestamp(milliseconds: try value(column)) }

  func bytes(_ column: String) throws(CordonError) -> [UInt8] { [UInt8](try value(column) as Data) }

  func bytesIfAny(_ column: String) throws(CordonError) -> [UInt8]? {
    try (valueIfAny(column) as Data?).map { [UInt8]($0) }
  }

  func agent(_ column: String, of table: String) throws(CordonError) -> AgentID {
    guard let agent = AgentID(try value(column) as String) else { throw StoreFailure.badRow(table, column) }
    return agent
  }

  func id(_ column: String, of table: String) throws(CordonError) -> UniqueID {
    guard let id = UniqueID(bytes: try value(column) as Data) else { throw StoreFailure.badRow(table, column) }
    return id
  }

  func idIfAny(_ column: String, of table: String) throws(CordonError) -> UniqueID? {
    guard let data: Data = try valueIfAny(column) else { return nil }
    guard let id = UniqueID(bytes: data) else { throw StoreFailure.badRow(table, column) }
    return id
  }

  func choice<Value: RawRepresentable>(
    _ type: Value.Type, _ column: String, of table: String
  ) throws(CordonError) -> Value where Value.RawValue == String {
    guard let value = Value(rawValue: try value(column) as String) else { throw StoreFailure.badRow(table, column) }
    return value
  }

  func choice<Value: RawRepresentable>(
    _ type: Value.Type, _ column: String, of table: String
  ) throws(CordonError) -> Value where Value.RawValue == UInt8 {
    guard let raw = UInt8(exactly: try value(column) as Int64), let value = Value(rawValue: raw) else {
      throw StoreFailure.badRow(table, column)
    }
    return value
  }

  func unsigned(_ column: String) throws(CordonError) -> UInt64 { UInt64(clamping: try value(column) as Int64) }

  func unsigned32(_ column: String) throws(CordonError) -> UInt32 { UInt32(clamping: try value(column) as Int64) }
}

extension UniqueID {
  var data: Data { Data(bytes) }
}

extension SpoolEpoch {
  /// As the database keeps 64 bits: signed.
  var stored: Int64 { Int64(bitPattern: bits) }

  init(stored: Int64) { self.init(bits: UInt64(bitPattern: stored)) }
}
