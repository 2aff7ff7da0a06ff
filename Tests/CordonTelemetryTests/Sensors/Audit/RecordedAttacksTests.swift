import CordonCore
import CordonTelemetry
import CordonTestSupport
import Glibc
import Testing

/// Audit logs of recorded attacks (OTRF Security-Datasets), where the machine has them.
@Suite struct RecordedAttacksTests {
  static let folder: String = {
    if let named = getenv("CORDON_DATA") { return String(cString: named) }
    let root = #filePath.split(separator: "/").dropLast(5).joined(separator: "/")
    return "/\(root)/../shared/data"
  }()
  static let archives = [
    ("atomic/linux/defense_evasion/host/sh_binary_padding_dd.zip", "/bin/dd"),
    ("atomic/linux/discovery/host/sh_arp_cache.zip", "/usr/sbin/arp"),
  ]
  static let isThere = access("\(folder)/otrf-security-datasets/\(archives[0].0)", R_OK) == 0
  static let isRequired = getenv("CORDON_REQUIRE_DATA") != nil
  static let why: Comment = "skipped: no recordings at CORDON_DATA (\(folder))"

  @Test(.enabled(if: isThere || isRequired, why), arguments: archives)
  func `a recorded attack's program is seen to start, under the person who ran it`(
    archive: String, executable: String
  ) throws {
    try withTemporaryFolder { folder in
      let path = "\(Self.folder)/otrf-security-datasets/\(archive)"
      let unpack = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])"
      try #require(try Live.run(["/usr/bin/python3", "-c", unpack, path, folder]).status == 0)
      let name = try #require(CanaryPlanterTests.names(in: folder).first)
      let log = try #require(try SmallFile.read("\(folder)/\(name)", most: 1 << 20))
      var parser = AuditParser()
      var found: [Observation] = []
      for line in AuditSensor.records(inReplay: log).records { parser.parse(line, arrived: .epoch, into: &found) }
      parser.finish(into: &found)
      #expect(parser.counters.malformed == 0)
      let start = try #require(found.first { $0.process?.executable == Array(executable.utf8) })
      #expect(start.activity == .processStart)
      #expect(start.actor == .uid(1000))
    }
  }
}
