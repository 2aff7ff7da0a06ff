import CordonCore
import CordonTelemetry
import Foundation
import Testing

/// Messages that other projects test their readers with, each framed and read.
@Suite struct RecordedMessagesTests {
  static let folder: URL = {
    if let named = ProcessInfo.processInfo.environment["CORDON_DATA"] { return URL(filePath: named) }
    let root = #filePath.split(separator: "/").dropLast(6).joined(separator: "/")
    return URL(filePath: "/\(root)/../shared/data")
  }()
  static let isThere = FileManager.default.fileExists(atPath: folder.appending(path: "hl7v2").path)
  static let isRequired = ProcessInfo.processInfo.environment["CORDON_REQUIRE_DATA"] != nil
  static let why: Comment = "skipped: no recordings at CORDON_DATA (\(folder.path))"

  private static func files() throws -> [URL] {
    let all =
      FileManager.default.enumerator(at: folder.appending(path: "hl7v2"), includingPropertiesForKeys: nil)?.allObjects
      as? [URL] ?? []
    return all.filter {
      $0.pathExtension == "hl7" || ($0.pathExtension == "txt" && $0.lastPathComponent != "license.txt")
    }
    .sorted { $0.path < $1.path }
  }

  @Test(.enabled(if: isThere || isRequired, why))
  func `nearly every recorded message is read, and of the others is said why not`() throws {
    var (read, refused, patients, numbers) = (0, [String](), 0, 0)
    for file in try Self.files() {
      let framed = [0x0B] + [UInt8](try Data(contentsOf: file)) + [0x1C, 0x0D]
      let events = WireFeeding.read([.client(framed)], with: HL7Reader())
      var isRead = false
      for event in events {
        switch event.event {
        case .hl7(.message(let message)):
          isRead = true
          patients += message.patients.isEmpty ? 0 : 1
          numbers += message.results.count + message.omittedResults
        case .hl7(.malformed(_, let flaw)): refused.append("\(file.lastPathComponent): \(flaw)")
        default: break
        }
      }
      read += isRead ? 1 : 0
    }
    let count = try Self.files().count
    print("HL7: \(read) of \(count) files read, \(patients) name a patient, \(numbers) numbers; not: \(refused)")
    #expect(read == count - refused.count && refused.count <= 4)
  }
}
