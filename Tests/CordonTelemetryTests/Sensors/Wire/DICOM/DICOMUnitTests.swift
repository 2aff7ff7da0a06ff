import Testing

@testable import CordonTelemetry

@Suite struct DICOMUnitTests {
  @Test(
    arguments: [
      [4, 0, 0, 0, 0, 5], [1, 0, 0, 0, 0, 67], [1, 0, 0, 0x20, 0, 0], [3, 0, 0, 0, 0, 5], [0, 0, 0, 0, 0, 4],
      [8, 0, 0, 0, 0, 4],
      [4, 0, 0x10, 0, 0, 1], [4, 0, 0, 0],
    ] as [[UInt8]])
  func `a length that the kind does not have is refused`(bytes: [UInt8]) {
    #expect(DICOMUnit(bytes.span) == nil)
  }

  @Test func `limits are part of what is allowed`() {
    #expect(DICOMUnit(([4, 0] + DICOMBytes.big(DICOMUnit.lengthLimit, 4)).span)?.length == DICOMUnit.lengthLimit)
    #expect(DICOMUnit([1, 0, 0, 0, 0, 68].span)?.kind == .associateRequest)
  }

  @Test(arguments: [
    (DICOMBytes.request(calling: "A", called: "B"), true), (DICOMBytes.abort, true), (DICOMBytes.abort + [1], false),
    (DICOMBytes.command([DICOMBytes.field(1)]), true), (DICOMBytes.unit(4, [0, 0, 0, 4, 2, 3, 0, 0]), false),
    (DICOMBytes.unit(4, [0, 0, 0, 4, 1, 7, 0, 0]), false), (DICOMBytes.unit(4, [0, 0, 1, 0, 1, 3, 0, 0]), false),
    ([4, 0], false),
  ])
  func `a unit is known again after a gap`(bytes: [UInt8], begins: Bool) {
    #expect(DICOMUnit.begins(bytes.span) == begins)
  }
}
