package import CordonCore

/// File records to observations: each stands alone.
package struct FileParser: SensorParser {
  package private(set) var counters = ParserCounters()

  package init() {}

  package mutating func parse(_ record: [UInt8], arrived: Timestamp, into observations: inout [Observation]) {
    counters.records += 1
    guard let record = FileRecord(record) else {
      counters.malformed += 1
      return
    }
    counters.observations += 1
    observations.append(Self.observation(of: record))
  }

  package mutating func advance(to now: Timestamp, into observations: inout [Observation]) {}

  package mutating func finish(into observations: inout [Observation]) {}

  private static func observation(of record: FileRecord) -> Observation {
    let user = record.loginUser != .max ? record.loginUser : record.user
    var observation = Observation(
      time: record.time, family: .host, source: FileSensor.name, activity: .fileWrite, outcome: .success,
      actor: user == .max ? nil : .uid(user), isLogin: record.loginUser != .max, process: record.process,
      object: .file(record.file))
    switch record.act {
    case .write: break
    case .delete: observation.activity = .fileDelete
    case .open: observation.activity = .fileOpen
    case .rename:
      observation.activity = .fileRename
      observation.object = .renamed(from: record.from, to: record.file)
    case .tampering:
      observation.activity = .sensorTampering
      observation.object = .sensor(
        name: FileSensor.name, detail: String(decoding: record.file.path, as: UTF8.self))
    }
    return observation
  }
}
