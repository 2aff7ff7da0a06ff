import CordonCore
import CordonTestSupport
import CordonTrust
import CordonWire
import Foundation
import Synchronization
import Testing

@Suite struct UnsealCommandTests {
  private func withDetection(_ body: (CommandHarness) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      try await harness.found()
      harness.collector.state.withLock { $0.detections = [Samples.detection] }
      try await body(harness)
    }
  }

  private func keys(_ harness: CommandHarness) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: harness.home).filter { $0.hasPrefix("answer-") }
  }

  @Test func theNamesAreShownAndTheirKeyIsDestroyed() async throws {
    try await withDetection { harness in
      let run = await harness.run(
        "unseal", "ask", "0197c3", "--entity", "address-02020202", "--reason", "ticket 4711")
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.output.contains("address-02020202") && run.output.contains("hospital.example/ann"))
      #expect(try keys(harness).isEmpty)
      let order = try #require(try harness.collector.state.withLock { $0.unseals.first?.order }?.domain())
      #expect(order.agentID.text == Samples.agentID && order.reason == "ticket 4711" && order.names.count == 1)
      let again = await harness.run("unseal", "read", EntityTextID.short(order.id))
      #expect(again.code == 66 && again.errors.contains("once"), "\(again.errors)")
    }
  }

  @Test func aPatientsNameWaitsForTheSecondAndIsReadByTheAskerAlone() async throws {
    try await withDetection { harness in
      harness.collector.state.withLock { $0.detections[0].detection.entities[0].entity.kind = .record }
      harness.collector.state.withLock { $0.detections[0].detection.entities[0].entity.label = "" }
      harness.collector.state.withLock { state in
        state.detections[0].detection.entities[0].entity.pseudonym = Data(repeating: 5, count: 16)
        state.detections[0].detection.entities[0].entity.keyEpoch = 1
        state.detections[0].detection.entities[0].sealedName = Data([1, 2])
      }
      let asked = await harness.run(
        "unseal", "ask", "0197c3", "--entity", "record-05050505", "--reason", "ticket 4711", "--output", "json")
      #expect(asked.code == 0 && asked.output.contains("\"proposed\""), "\(asked.errors) \(asked.output)")
      #expect(try keys(harness).count == 1)
      let order = try #require(try harness.collector.state.withLock { $0.unseals.first?.order }?.domain())
      let id = EntityTextID.short(order.id)
      let early = await harness.run("unseal", "read", id)
      #expect(early.code == 0 && early.output.contains("cordon unseal approve"), "\(early.output)")
      let signed = await harness.run("unseal", "approve", id)
      #expect(signed.code == 0 && signed.errors.contains("ticket 4711"), "\(signed.errors)")
      #expect(!signed.output.contains("hospital.example"))
      // A collector does not decide who is who: it may say what it likes of the order.
      harness.collector.state.withLock { $0.unseals[0].order.names[0].entity.pseudonym = Data(repeating: 6, count: 16) }
      let read = await harness.run("unseal", "read", id)
      #expect(read.code == 0 && read.output.contains("hospital.example/ann"), "\(read.errors)")
      #expect(read.output.contains("record-05050505") && !read.output.contains("record-06060606"), "\(read.output)")
      #expect(try keys(harness).isEmpty)
    }
  }

  /// The collector scored a user: it has no sealed name, so a machine that reported the user is asked.
  @Test func ofAUserWhomTheCollectorScoredAMachineIsAsked() async throws {
    try await withDetection { harness in
      harness.collector.state.withLock { state in
        state.detections[0].agentID = ""
        state.detections[0].agentLabel = ""
        var user = state.detections[0].detection.entities[1]
        user.entity.kind = .user
        user.sealedName = Data()
        state.detections[0].detection.entities = [user]
        state.reporters = [String(repeating: "b", count: 32), Samples.agentID]
      }
      _ = await harness.run("unseal", "ask", "0197c3", "--reason", "ticket 4711")
      let first = try #require(try harness.collector.state.withLock { $0.unseals.last?.order }?.domain())
      #expect(first.agentID.text == String(repeating: "b", count: 32))
      #expect(first.names.map(\.sealedName) == [[]])
      _ = await harness.run("unseal", "ask", "0197c3", "--reason", "ticket 4711", "--agent", Samples.agentID)
      let second = try #require(try harness.collector.state.withLock { $0.unseals.last?.order }?.domain())
      #expect(second.agentID.text == Samples.agentID)
    }
  }

  @Test func whatCannotBeAskedIsSaid() async throws {
    try await withDetection { harness in
      let none = await harness.run("unseal", "ask", "0197c3", "--entity", "user-ffffffff", "--reason", "x")
      #expect(none.code == 65 && none.errors.contains("no such sealed name"), "\(none.errors)")
      let noReason = await harness.run("unseal", "ask", "0197c3", "--reason", "")
      #expect(noReason.code == 64)
      harness.collector.state.withLock { $0.detections[0].agentID = "" }
      let nobody = await harness.run("unseal", "ask", "0197c3", "--reason", "x")
      #expect(nobody.code == 65 && nobody.errors.contains("No one machine"), "\(nobody.errors)")
      let left = try keys(harness)
      #expect(left.isEmpty)
      let list = await harness.run("unseal", "list")
      #expect(list.output.contains("No names were asked for."))
    }
  }

  private enum EntityTextID {
    static func short(_ id: UniqueID) -> String { Hex.encode(id.bytes) }
  }
}
