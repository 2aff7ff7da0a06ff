import CordonCore
import Testing

@testable import CordonTelemetry

@Suite struct DICOMCommandSetTests {
  private static let verbs: [(UInt16, DICOMCommand.Verb)] = [
    (0x0001, .store), (0x0010, .get), (0x0020, .find), (0x0021, .move), (0x0030, .echo), (0x0100, .report),
    (0x0110, .inspect), (0x0120, .change), (0x0130, .action), (0x0140, .change), (0x0150, .change), (0x0FFF, .cancel),
    (0x7777, .other),
  ]

  @Test(arguments: verbs)
  func `commands are told apart, and from their answers`(field: UInt16, verb: DICOMCommand.Verb) {
    let request = DICOMBytes.commandSet([DICOMBytes.field(field)])
    #expect(DICOMCommandSet.read(request.span) == DICOMCommand(verb: verb))
    let answer = DICOMBytes.commandSet([DICOMBytes.field(field | 0x8000), DICOMBytes.status(0)])
    #expect(DICOMCommandSet.read(answer.span) == DICOMCommand(verb: verb, status: 0))
  }

  @Test(
    arguments: [
      [], [0], [0, 0, 0, 1, 2, 0, 0, 0], [8, 0, 0, 1, 2, 0, 0, 0, 1, 0], [0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0],
      DICOMBytes.commandSet([DICOMBytes.field(0x8001)]), DICOMBytes.commandSet([DICOMBytes.status(0)]),
      DICOMBytes.commandSet([(0x0100, [1])]),
    ] as [[UInt8]])
  func `what is no command set is none`(bytes: [UInt8]) {
    #expect(DICOMCommandSet.read(bytes.span) == nil)
  }

  @Test(arguments: [
    ("ARCHIVE         ", "ARCHIVE"), ("A B\0\0", "A B"), ("", ""), ("0123456789ABCDEFGH", "0123456789ABCDEF"),
  ])
  func `a title is read without what fills it up`(text: String, title: String) {
    #expect(DICOMTitle.read(Array(text.utf8).span) == title)
  }
}
