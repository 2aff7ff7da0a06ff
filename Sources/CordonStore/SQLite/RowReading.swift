import CordonCore
import Foundation
import GRDB

extension Row {
  func time(_ column: String) -> Timestamp { Timestamp(milliseconds: self[column]) }

  func bytes(_ column: String) -> [UInt8] { [UInt8](self[column] as Data) }

  func bytesIfAny(_ column: String) -> [UInt8]? { (self[column] as Data?).map { [UInt8]($0) } }

  func agent(_ column: String, of table: String) throws(CordonError) -> AgentID {
    guard let agent = AgentID(self[column] as String) else { throw StoreFailure.badRow(table, column) }
    return agent
  }

  func id(_ column: String, of table: String) throws(CordonError) -> UniqueID {
    guard let id = UniqueID(bytes: self[column] as Data) else { throw StoreFailure.badRow(table, column) }
    return id
  }

  func idIfAny(_ column: String, of table: String) throws(CordonError) -> UniqueID? {
    guard let data = self[column] as Data? else { return nil }
    guard let id = UniqueID(bytes: data) else { throw StoreFailure.badRow(table, column) }
    return id
  }

  func choice<Value: RawRepresentable>(
    _ type: Value.Type, _ column: String, of table: String
  ) throws(CordonError) -> Value where Value.RawValue == String {
    guard let value = Value(rawValue: self[column] as String) else { throw StoreFailure.badRow(table, column) }
    return value
  }

  func choice<Value: RawRepresentable>(
    _ type: Value.Type, _ column: String, of table: String
  ) throws(CordonError) -> Value where Value.RawValue == UInt8 {
    guard let raw = UInt8(exactly: self[column] as Int64), let value = Value(rawValue: raw) else {
      throw StoreFailure.badRow(table, column)
    }
    return value
  }

  func unsigned(_ column: String) -> UInt64 { UInt64(clamping: self[column] as Int64) }

  func unsigned32(_ column: String) -> UInt32 { UInt32(clamping: self[column] as Int64) }
}

extension UniqueID {
  var data: Data { Data(bytes) }
}

extension SpoolEpoch {
  /// As the database keeps 64 bits: signed.
  var stored: Int64 { Int64(bitPattern: bits) }

  init(stored: Int64) { self.init(bits: UInt64(bitPattern: stored)) }
}
