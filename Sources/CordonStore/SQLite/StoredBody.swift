import CordonCore
import Foundation

/// Values that are stored whole, as JSON beside the columns that queries need.
enum StoredBody {
  static func encode(_ value: some Encodable) throws(CordonError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      return String(decoding: try encoder.encode(value), as: UTF8.self)
    } catch {
      throw StoreFailure.defect("A value could not be written as JSON: \(error).")
    }
  }

  static func decode<Value: Decodable>(
    _ type: Value.Type, _ text: String, table: String, column: String
  ) throws(CordonError) -> Value {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      return try decoder.decode(type, from: Data(text.utf8))
    } catch {
      throw StoreFailure.badRow(table, column)
    }
  }
}
