import FoundationEssentials
import SwiftProtobuf

/// Walks a message and all messages within it, and notes whether any holds unknown fields or enum values.
struct UnknownFieldSearch: Visitor {
  private(set) var found = false

  mutating func visitUnknown(bytes: Data) { found = found || !bytes.isEmpty }

  mutating func visitSingularMessageField<M: Message>(value: M, fieldNumber: Int) throws {
    try value.traverse(visitor: &self)
  }

  mutating func visitSingularEnumField<E: SwiftProtobuf.Enum>(value: E, fieldNumber: Int) {
    // A generated enum's named cases come first in `allCases`; an unrecognised number is none of them.
    if !Self.isNamed(value) { found = true }
  }

  mutating func visitSingularDoubleField(value: Double, fieldNumber: Int) {}
  mutating func visitSingularInt64Field(value: Int64, fieldNumber: Int) {}
  mutating func visitSingularUInt64Field(value: UInt64, fieldNumber: Int) {}
  mutating func visitSingularBoolField(value: Bool, fieldNumber: Int) {}
  mutating func visitSingularStringField(value: String, fieldNumber: Int) {}
  mutating func visitSingularBytesField(value: Data, fieldNumber: Int) {}

  mutating func visitMapField<KeyType, ValueType: MapValueType>(
    fieldType: _ProtobufMap<KeyType, ValueType>.Type, value: _ProtobufMap<KeyType, ValueType>.BaseType,
    fieldNumber: Int
  ) {}

  mutating func visitMapField<KeyType, ValueType>(
    fieldType: _ProtobufEnumMap<KeyType, ValueType>.Type, value: _ProtobufEnumMap<KeyType, ValueType>.BaseType,
    fieldNumber: Int
  ) where ValueType.RawValue == Int {}

  mutating func visitMapField<KeyType, ValueType>(
    fieldType: _ProtobufMessageMap<KeyType, ValueType>.Type, value: _ProtobufMessageMap<KeyType, ValueType>.BaseType,
    fieldNumber: Int
  ) throws {
    for inner in value.values { try inner.traverse(visitor: &self) }
  }

  private static func isNamed<E: SwiftProtobuf.Enum>(_ value: E) -> Bool {
    guard let type = E.self as? any CaseIterable.Type else { return true }
    return holds(type, value.rawValue)
  }

  private static func holds<C: CaseIterable>(_ type: C.Type, _ number: Int) -> Bool {
    type.allCases.contains { ($0 as? any SwiftProtobuf.Enum)?.rawValue == number }
  }
}
