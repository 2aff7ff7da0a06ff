import CordonCore
import Foundation

/// Logs of others as they were recorded, from a folder of data sets that is no part of this repository.
struct RecordedLogs {
  let folder: String

  /// The content of a file below the folder; nil where it is not there.
  func file(_ path: String) -> [UInt8]? {
    (try? Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(path)"))).map { [UInt8]($0) }
  }

  /// Paths of files below a folder whose names end so, in order.
  func paths(below path: String, ending: String) -> [String] {
    let all = FileManager.default.enumerator(atPath: "\(folder)/\(path)")?.allObjects as? [String] ?? []
    return all.filter { $0.hasSuffix(ending) }.sorted().map { "\(path)/\($0)" }
  }

  /// The files of an archive by name, unpacked by Python's own library.
  func unpacked(_ archive: String) throws -> [(name: String, bytes: [UInt8])] {
    let work = FileManager.default.temporaryDirectory.appendingPathComponent("cordon-bench-\(UUID())")
    try FileManager.default.createDirectory(at: work, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: work) }
    let unpack = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])"
    _ = try ProgramRun.run("/usr/bin/env", ["python3", "-c", unpack, "\(folder)/\(archive)", work.path])
    let names = FileManager.default.enumerator(atPath: work.path)?.allObjects as? [String] ?? []
    return try names.sorted().compactMap { name in
      var isFolder: ObjCBool = false
      let path = work.appendingPathComponent(name)
      guard !name.contains("__MACOSX"), FileManager.default.fileExists(atPath: path.path, isDirectory: &isFolder),
        !isFolder.boolValue
      else { return nil }
      return (name, [UInt8](try Data(contentsOf: path)))
    }
  }

  // MARK: Sources

  /// Recordings of attacks on Windows, each with its events.
  func windowsAttacks() throws -> [(name: String, bytes: [UInt8])] {
    try paths(below: "otrf-security-datasets/atomic/windows", ending: ".zip").map { archive in
      let files = try unpacked(archive).filter { $0.name.hasSuffix(".json") }
      return (Self.name(of: archive), files.flatMap(\.bytes))
    }
  }

  /// Recordings of attacks on Linux hosts, as audit logs.
  func linuxAttacks() throws -> [(name: String, bytes: [UInt8])] {
    try paths(below: "otrf-security-datasets/atomic/linux", ending: ".zip").map { archive in
      (Self.name(of: archive), try unpacked(archive).flatMap(\.bytes))
    }
  }

  /// Zeek's logs of an attack over two days, as JSON.
  var zeekLines: [UInt8]? {
    let days = ["day1", "day2"].compactMap {
      file("otrf-security-datasets/compound/apt29/\($0)/zeek/combined_zeek.log")
    }
    return days.isEmpty ? nil : days.flatMap(\.self)
  }

  /// A table of Zeek's; its publisher masked the times, which are put back.
  var zeekTable: [UInt8]? {
    file("zeek-testing/tests.m57-long/conn.log").map {
      Array(String(decoding: $0, as: UTF8.self).replacing("XXXXXXXXXX.XXXXXX", with: "1400000000.000000").utf8)
    }
  }

  var suricataLines: [UInt8]? {
    let files = paths(below: "suricata-alerts", ending: ".jsonl").compactMap { file($0) }
    return files.isEmpty ? nil : files.flatMap(\.self)
  }

  var sshLines: [UInt8]? { file("loghub/OpenSSH/OpenSSH_2k.log") }

  /// sshd's log, as journalctl writes the entries that it would have been.
  var journalLines: [UInt8]? {
    guard let lines = sshLines else { return nil }
    var text = ""
    for (number, line) in String(decoding: lines, as: UTF8.self).split(whereSeparator: \.isNewline).enumerated() {
      guard let colon = line.range(of: "]: "), let bracket = line.range(of: "sshd[") else { continue }
      let escaped = line[colon.upperBound...].replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      text +=
        #"{"_BOOT_ID":"7eb6280a077943d0b76ffcacea27f19d","__REALTIME_TIMESTAMP":"\#(1_700_000_000_000_000 + number)","#
      text +=
        #""_EXE":"/usr/sbin/sshd","__CURSOR":"s=efa3c03fa12e438e8f127535109436b1;i=\#(number);x=f15bee91024c64d1","#
      text += #""SYSLOG_IDENTIFIER":"sshd","_UID":"0","_HOSTNAME":"LabSZ","__MONOTONIC_TIMESTAMP":"\#(number)","#
      text += #""_PID":"\#(line[bracket.upperBound..<colon.lowerBound])","MESSAGE":"\#(escaped)"}"# + "\n"
    }
    return Array(text.utf8)
  }

  private static func name(of archive: String) -> String {
    let name = archive.split(separator: "/").last.map(String.init) ?? archive
    return String(name.dropLast(4))
  }
}
