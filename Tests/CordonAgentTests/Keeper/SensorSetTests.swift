import CordonAgent
import CordonCore
import CordonTelemetry
import CordonTestSupport
import CordonWire
import Logging
import Testing

/// Sockets are bound by the keeper and read by its worker, which says when it can.
@Suite struct SensorSetTests {
  private func policy(listening listener: String) -> Policy {
    var policy = Policy.observeOnly
    policy.audit.isEnabled = false
    policy.file.isEnabled = false
    policy.socket.isEnabled = false
    policy.persistence.isEnabled = false
    policy.auth.isEnabled = false
    policy.ehr.isEnabled = true
    policy.ehr.listen = [listener]
    return policy
  }

  /// A worker can be ready before the keeper has finished attaching it: its sockets come all the same, and once.
  @Test(arguments: [true, false]) func aWorkerGetsItsSocketsWheneverItIsReady(isEarly: Bool) throws {
    try withTemporaryFolder { folder in
      let sensors = SensorSet(
        paths: AgentPaths(state: folder, run: folder), account: "", holdsPatientKey: true, clock: FakeClock(),
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      let listener = "udp://127.0.0.1:\(Int.random(in: 20_000..<30_000))"
      sensors.follow(policy(listening: listener))
      let (seam, channel) = (try KeeperSeam.pair(), try DescriptorChannel.pair())
      let (keeperSeam, workerSeam) = (KeeperSeam(descriptor: seam.keeper), WorkerSeam(descriptor: seam.worker))
      let (handing, taking) = (
        DescriptorChannel(descriptor: channel.keeper), DescriptorChannel(descriptor: channel.worker)
      )
      if isEarly { sensors.resume(EHRSensor.name, from: []) }
      sensors.attach(keeperSeam, handing, ignoring: [])
      if !isEarly { sensors.resume(EHRSensor.name, from: []) }
      handing.end()
      let first = try #require(try taking.receive())
      #expect(first.0.listener == listener && first.socket != nil)
      let second = try taking.receive()
      #expect(second == nil)
      sensors.detach()
      workerSeam.end()
    }
  }
}
