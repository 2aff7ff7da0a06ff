import Testing

@testable import CordonTelemetry

@Suite struct ProtobufFieldsTests {
  static func read(_ bytes: [UInt8]) -> (fields: [ProtobufFields.Field], isDamaged: Bool) {
    var (fields, found) = (ProtobufFields(0..<bytes.count), [ProtobufFields.Field]())
    while let field = fields.next(in: bytes.span) { found.append(field) }
    return (found, fields.isDamaged)
  }

  @Test func `fields of every kind are read where they stand`() {
    let (fields, isDamaged) = Self.read([
      0x08, 0x96, 0x01, 0x12, 2, 0x68, 0x69, 0x19, 1, 0, 0, 0, 0, 0, 0, 0x80, 0x25, 1, 2, 3, 4, 0x32, 0,
      0x38, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1,
    ])
    #expect(!isDamaged)
    #expect(
      fields.map(\.value) == [
        .number(150), .bytes(5..<7), .fixed64(0x8000_0000_0000_0001), .fixed32(0x0403_0201), .bytes(23..<23),
        .number(.max),
      ])
    #expect(fields.map(\.number) == [1, 2, 3, 4, 6, 7])
  }

  @Test(
    arguments: [
      [0x08], [0x08, 0x80], [0x12, 5, 1], [0x12], [0x19, 1, 2], [0x25, 1], [0x0B], [0x0C], [0x0E], [0x00, 1],
      [0x02, 0],
      [0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2],
      [0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1],
      [0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1],
    ] as [[UInt8]])
  func `what is damaged ends the list`(bytes: [UInt8]) {
    let (fields, isDamaged) = Self.read(bytes)
    #expect(isDamaged && fields.isEmpty)
  }
}
