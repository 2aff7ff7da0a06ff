import CordonCore
import CordonRange
import CordonTestSupport
import FoundationEssentials
import Testing

@Suite struct RecordingFolderTests {
  private static let small = HospitalSettings(seed: 11, days: 7, users: 10, hosts: 6)

  /// Every file's bytes by its name within the folder.
  private static func contents(of folder: String) throws -> [String: Data] {
    var found: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      var isFolder: Bool = false
      guard FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder), !isFolder else {
        continue
      }
      found[name] = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
    }
    return found
  }

  @Test func theSameSeedGivesTheSameBytes() throws {
    try withTemporaryFolder { folder in
      var other = Self.small
      other.seed += 1
      let summary = try RecordingFolder.write(Self.small, to: "\(folder)/first")
      _ = try RecordingFolder.write(Self.small, to: "\(folder)/again")
      _ = try RecordingFolder.write(other, to: "\(folder)/other")
      let first = try Self.contents(of: "\(folder)/first")
      #expect(first == (try Self.contents(of: "\(folder)/again")))
      // Two logs a host, one capture for the only ward and one for the servers, the trail twice, and the tables.
      #expect(first.count == 6 * 2 + 2 + 8)
      #expect(summary.bytes == UInt64(first.values.map(\.count).reduce(0, +)))
      let different = try Self.contents(of: "\(folder)/other")
      #expect(first["ehr/audit-events.ndjson"] != different["ehr/audit-events.ndjson"])
      #expect(first["hosts/ward-a-ws-01/audit.log"] != different["hosts/ward-a-ws-01/audit.log"])
    }
  }

  @Test func countsAreThoseOfTheFiles() throws {
    try withTemporaryFolder { folder in
      var days: [Int] = []
      let summary = try RecordingFolder.write(Self.small, to: folder) { days.append($0) }
      let files = try Self.contents(of: folder)
      func lines(_ names: [String]) -> Int { names.map { files[$0]?.count { $0 == 0x0A } ?? 0 }.reduce(0, +) }
      #expect(days == Array(0..<7))
      #expect(UInt64(lines(files.keys.filter { $0.hasSuffix("audit.log") })) == summary.auditRecords)
      #expect(UInt64(lines(files.keys.filter { $0.hasSuffix("auth.log") })) == summary.authLines)
      #expect(summary.frames > 10_000)
      #expect(lines(["devices.csv"]) == 1 + Self.small.devices + ClinicalServer.allCases.count)
      #expect(UInt64(lines(["ehr/audit-events.ndjson"])) == summary.recordAccesses)
      #expect(UInt64(lines(["atna/audit-messages.log"])) == summary.recordAccesses)
      #expect(lines(["labels.csv"]) == summary.labels + 1)
      #expect(lines(["staff.csv"]) == 11)
      #expect(lines(["hosts.csv"]) == 7)
      #expect(lines(["passwd"]) == 11)
      #expect(try summary.json().contains("\"seed\" : 11"))
    }
  }

  @Test func aFolderWithSomethingInItIsRefused() throws {
    try withTemporaryFolder { folder in
      try Data("precious".utf8).write(to: URL(filePath: "\(folder)/thesis"))
      let error = #expect(throws: CordonError.self) { try RecordingFolder.write(Self.small, to: folder) }
      #expect(error?.code == "range-not-empty")
      #expect(try Self.contents(of: folder).keys.sorted() == ["thesis"])
    }
  }

  @Test func aFolderThatCannotBeMadeIsAnError() {
    let error = #expect(throws: CordonError.self) {
      try RecordingFolder.write(Self.small, to: "/proc/no-such-folder/recording")
    }
    #expect(error?.code == "range-unwritable")
  }
}
