package import CordonCore

/// Records of sources that look after the machine itself to observations: each stands alone.
package struct MachineParser: SensorParser {
  package private(set) var counters = ParserCounters()
  private let sensor: String

  /// - Parameter sensor: whose records they are.
  package init(sensor: String) { self.sensor = sensor }

  package mutating func parse(_ record: [UInt8], arrived: Timestamp, into observations: inout [Observation]) {
    counters.records += 1
    guard let record = MachineRecord(record) else {
      counters.malformed += 1
      return
    }
    counters.observations += 1
    observations.append(observation(of: record))
  }

  package mutating func advance(to now: Timestamp, into observations: inout [Observation]) {}

  package mutating func finish(into observations: inout [Observation]) {}

  private func observation(of record: MachineRecord) -> Observation {
    let (activity, object): (Activity, ObservedObject) =
      switch record.fact {
      case .port(let port): (.listen, .port(port))
      case .peer(let address, let port): (.connect, .peer(address, port: port))
      case .persistence(let change): (.persistenceChange, .persistence(change))
      case .package(let change): (.packageChange, .package(change))
      case .storage: (.storageAttach, .none)
      }
    let user = record.loginUser != .max ? record.loginUser : record.user
    return Observation(
      time: record.time, family: .host, source: sensor, activity: activity, outcome: .success,
      actor: user == .max ? nil : .uid(user), isLogin: record.loginUser != .max, process: record.process,
      object: object)
  }
}
