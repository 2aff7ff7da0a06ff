import CordonAdmin
import CordonCore
import CordonTelemetry
import CordonTestSupport
import CordonTrust
import CordonWire
import Crypto
import Foundation
import SwiftProtobuf
import Synchronization
import Testing

/// Keys of names change from the privacy office's machine; the collector sees none of them.
@Suite struct NamesCommandTests {
  private static let keys = [Curve25519.KeyAgreement.PrivateKey(), Curve25519.KeyAgreement.PrivateKey()]

  private func withSite(_ body: (CommandHarness) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      let made = await harness.run(
        "site", "init", "--site", "St. Elsewhere", "--trust-domain", "st-elsewhere.example", "--operator", "ann",
        "--collector", "127.0.0.1:7443", "--authority", "privacy", "--authority", "policy")
      try #require(made.code == 0, "\(made.errors)")
      try await harness.collector.admit(to: harness)
      harness.collector.state.withLock { state in
        state.agents = Self.keys.enumerated().map { index, key in
          .with {
            $0.id = String(repeating: "\(index + 1)", count: 32)
            $0.label = "ws-\(index + 1)"
            $0.state = "enrolled"
            $0.sealingKey = key.publicKey.rawRepresentation
            $0.heartbeat.keyEpoch = 1
          }
        }
        state.agents.append(
          .with {
            $0.label = "gone"
            $0.state = "revoked"
          })
      }
      try await body(harness)
    }
  }

  private func gateway(_ harness: CommandHarness) throws -> SiteBundle {
    try SiteBundle.load(from: "\(harness.home)/site-gateway.bundle")
  }

  @Test func everyAgentGetsTheKeysAndTheBundlesAreReplaced() async throws {
    try await withSite { harness in
      let before = try gateway(harness)
      let run = await harness.run("names", "rotate", "--begins-in", "1h", "--linkable-for", "10d")
      #expect(run.code == 0 && run.output.contains("epoch 2") && run.output.contains("2 agents"), "\(run.errors)")
      let after = try gateway(harness)
      #expect(after.keyEpoch == 2 && after.earlier.map(\.epoch) == [1])
      #expect(after.staffKey != before.staffKey && after.patientKey != before.patientKey)
      let rotations = harness.collector.state.withLock { $0.rotations }
      try #require(rotations.count == 2)
      let schedule = try KeySchedule([before.secrets], at: harness.clock.now)
      for (rotation, key) in zip(rotations, Self.keys) {
        let opened = try RotatedKeys.open(rotation, with: key, holding: schedule)
        #expect(opened == after.secrets)
        #expect(rotation.linkableUntil == opened.begins.advanced(by: .seconds(10 * 86_400)))
      }
      let workstation = try SiteBundle.load(from: "\(harness.home)/site.bundle")
      #expect(workstation.staffKey == after.staffKey && workstation.patientKey == nil)
      #expect(workstation.earlier.allSatisfy { $0.patient == nil })
      let kept = try SiteBundle.load(from: "\(harness.home)/site-gateway.epoch-1.bundle")
      #expect(kept == before)
      // Whoever enrols from now on opens what was written before, too.
      let bundled = await harness.run("site", "bundle", "--out", harness.path("new.bundle"))
      #expect(bundled.code == 0, "\(bundled.errors)")
      #expect(try SiteBundle.load(from: harness.path("new.bundle")).earlier.count == 1)
      // No file that leaves this machine holds a key.
      let file = try Data(contentsOf: URL(filePath: "\(harness.home)/keys-2.rotation"))
      for secret in [after.staffKey, try #require(after.patientKey), before.staffKey] {
        #expect(file.range(of: Data(secret)) == nil)
      }
    }
  }

  @Test func whoIsBehindGetsTheNewestAgain() async throws {
    try await withSite { harness in
      let early = await harness.run("names", "rotate", "--again")
      #expect(early.code == 66 && early.errors.contains("never rotated"), "\(early.errors)")
      _ = await harness.run("names", "rotate", "--begins-in", "1s")
      harness.collector.state.withLock { state in
        state.rotations = []
        state.agents[0].heartbeat.keyEpoch = 2
      }
      let again = await harness.run("names", "rotate", "--again")
      #expect(again.code == 0 && again.output.contains("1 agents"), "\(again.errors)")
      let rotations = harness.collector.state.withLock { $0.rotations }
      #expect(rotations.map(\.epoch) == [2])
      let kept = try gateway(harness)
      #expect(kept.keyEpoch == 2)
    }
  }

  /// A key without the role privacy: prepared, signed by nobody who may, and so not handed in.
  @Test func withoutTheRoleNothingIsSent() async throws {
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      try await harness.found()
      harness.collector.state.withLock { $0.agents = [] }
      harness.collector.state.withLock { state in
        state.agents = [
          .with {
            $0.id = String(repeating: "1", count: 32)
            $0.state = "enrolled"
            $0.sealingKey = Self.keys[0].publicKey.rawRepresentation
          }
        ]
      }
      let run = await harness.run("names", "rotate")
      #expect(run.code == 0 && run.output.contains("0 of 1 signatures"), "\(run.errors) \(run.output)")
      let kept = try gateway(harness)
      #expect(kept.keyEpoch == 1)
      #expect(harness.collector.state.withLock { $0.rotations.isEmpty })
      let twice = await harness.run("names", "rotate")
      #expect(twice.code != 0 && twice.errors.contains("not handed in yet"), "\(twice.errors)")
      let signed = await harness.run("names", "sign", "\(harness.home)/keys-2.rotation")
      #expect(signed.code == 0 && signed.errors.contains("Keys of epoch 2 for 1 agents"), "\(signed.errors)")
    }
  }
}
