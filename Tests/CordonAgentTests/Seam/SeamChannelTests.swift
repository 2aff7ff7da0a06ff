import CordonAgent
import CordonCore
import CordonWire
import Glibc
import Testing

/// The seam carries whole messages, and ends at the first that is none.
@Suite struct SeamChannelTests {
  let keeper: KeeperSeam
  let worker: WorkerSeam
  let workerDescriptor: Int32

  init() throws {
    let ends = try KeeperSeam.pair()
    keeper = KeeperSeam(descriptor: ends.keeper)
    worker = WorkerSeam(descriptor: ends.worker)
    workerDescriptor = ends.worker
  }

  @Test func messagesPassBothWays() throws {
    var batch = Cordon_V1_KeeperMessage()
    batch.sensorBytes.sensor = "audit"
    batch.sensorBytes.dropped = 3
    try keeper.send(batch)
    #expect(try worker.receive() == batch)
    var state = Cordon_V1_WorkerMessage()
    state.state.observed = 7
    try worker.send(state)
    try worker.send(Cordon_V1_WorkerMessage())
    #expect(try keeper.receive() == state)
    #expect(try keeper.receive() == Cordon_V1_WorkerMessage())
  }

  @Test func endIsSeenAsEnd() throws {
    worker.end()
    #expect(try keeper.receive() == nil)
    let error = #expect(throws: CordonError.self) { try keeper.send(Cordon_V1_KeeperMessage()) }
    #expect(error?.code == "seam-closed")
  }

  struct Hostile: Sendable {
    var bytes: [UInt8]
    var code: String
  }

  static let hostile = [
    Hostile(bytes: [0xFF, 0xFF, 0xFF, 0xFF], code: "seam-oversized"),
    Hostile(bytes: [0, 0x40, 0, 1], code: "seam-oversized"),
    Hostile(bytes: [0, 0, 0, 2, 0xFF, 0xFF], code: "seam-malformed"),
    Hostile(bytes: [0, 0, 0, 9, 1], code: "seam-closed"),
    Hostile(bytes: [0, 0], code: "seam-closed"),
  ]

  @Test(arguments: hostile) func hostileBytesEndTheChannel(_ hostile: Hostile) throws {
    #expect(send(workerDescriptor, hostile.bytes, hostile.bytes.count, 0) == hostile.bytes.count)
    shutdown(workerDescriptor, Int32(SHUT_WR))
    let error = #expect(throws: CordonError.self) { try keeper.receive() }
    #expect(error?.code == hostile.code)
  }
}
