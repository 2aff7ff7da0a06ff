import CordonCore
import CordonTestSupport
import CordonTrust
import CordonWire
import Synchronization
import Testing

@Suite struct ContainmentCommandTests {
  private func withDetection(_ body: (CommandHarness) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
      let harness = CommandHarness(folder: folder)
      try await harness.found()
      harness.collector.state.withLock { $0.detections = [Samples.detection] }
      try await body(harness)
    }
  }

  private func proposed(_ harness: CommandHarness) throws -> Command {
    let stored = try #require(harness.collector.state.withLock { $0.commands.last })
    return try Command(payload: [UInt8](stored.envelope.payload))
  }

  @Test func aCommandIsMadeFromWhatTheDetectionNames() async throws {
    try await withDetection { harness in
      let run = await harness.run(
        "command", "propose", "--detection", "0197c3", "--action", "suspend-process", "--lease", "15m", "--longest",
        "1h",
        "--within", "5m", "--reason", "encrypts the share")
      #expect(run.code == 0, "\(run.errors)")
      let command = try proposed(harness)
      let now = FakeClock.start
      let process = ProcessRef(
        pid: 4711, startTicks: 99, bootID: "4f3c0d8e-0000-4000-8000-000000000001", executable: "/usr/bin/python3.11")
      #expect(command.action == .suspendProcess(process))
      #expect(command.agentID.text == Samples.agentID)
      #expect(command.notBefore == now && command.notAfter == now.advanced(by: .seconds(300)))
      #expect(command.lease == .seconds(900) && command.maxUntil == now.advanced(by: .seconds(3900)))
      #expect(command.incidentID == UniqueID(bytes: Samples.incidentID) && command.mode == .effect)
      #expect(command.reason == "encrypts the share")
      #expect(run.output.contains("another operator signs it"))
    }
  }

  @Test func aOneShotHasNoLease() async throws {
    try await withDetection { harness in
      let run = await harness.run(
        "command", "propose", "--detection", "0197c3", "--action", "kill-process", "--reason", "x", "--dry-run")
      #expect(run.code == 0, "\(run.errors)")
      let command = try proposed(harness)
      #expect(command.lease == .zero && command.maxUntil == command.notAfter && command.mode == .dryRun)
    }
  }

  @Test func ofSeveralAddressesOneMustBeChosen() async throws {
    try await withDetection { harness in
      let open = await harness.run(
        "command", "propose", "--detection", "0197c3", "--action", "block-address", "--reason", "x")
      #expect(
        open.code == 65 && open.errors.contains("--address: address-02020202, address-03030303"), "\(open.errors)")
      let chosen = await harness.run(
        "command", "propose", "--detection", "0197c3", "--action", "block-address", "--address", "address-03030303",
        "--reason", "x")
      #expect(chosen.code == 0, "\(chosen.errors)")
      guard case .blockAddress(let sealed) = try proposed(harness).action else {
        Issue.record("no address is blocked")
        return
      }
      #expect(sealed.entity.pseudonym == [UInt8](repeating: 3, count: 16) && sealed.sealedName == [1, 2, 3])
    }
  }

  @Test func aDetectionWithoutAProcessHasNoneToSuspend() async throws {
    try await withDetection { harness in
      harness.collector.state.withLock { $0.detections[0].detection.clearProcess() }
      let run = await harness.run(
        "command", "propose", "--detection", "0197c3", "--action", "suspend-process", "--reason", "x")
      #expect(run.code == 65 && run.errors.contains("names no process to suspend-process"))
    }
  }

  @Test func aReleaseIsSignedForTheCommandsOwnAgent() async throws {
    try await withDetection { harness in
      _ = await harness.run(
        "command", "propose", "--detection", "0197c3", "--action", "suspend-process", "--reason", "x")
      let id = try proposed(harness).id.description
      let run = await harness.run("command", "release", id, "--reason", "false alarm")
      #expect(run.code == 0 && run.output.contains("released"), "\(run.errors)")
      let list = await harness.run("command", "list")
      #expect(list.output.contains("released") && list.output.contains("suspend-process pid 4711"))
    }
  }

  @Test func aRenewalIsSignedUpToTheCommandsOwnEnd() async throws {
    try await withDetection { harness in
      _ = await harness.run(
        "command", "propose", "--detection", "0197c3", "--action", "suspend-process", "--lease", "10m", "--longest",
        "1h",
        "--within", "5m", "--reason", "x")
      let command = try proposed(harness)
      let usual = await harness.run("command", "renew", command.id.description, "--lease", "30m")
      #expect(usual.code == 0 && usual.errors.isEmpty, "\(usual.errors)")
      let until = FakeClock.start.advanced(by: .seconds(1800)).milliseconds
      #expect(harness.collector.state.withLock { $0.calls.contains("RenewCommand \(command.id) \(until)") })
      let late = await harness.run("command", "renew", command.id.description, "--lease", "24h")
      #expect(late.code == 0 && late.errors.contains("renewed up to there"), "\(late.errors)")
      let end = command.maxUntil.milliseconds
      #expect(harness.collector.state.withLock { $0.calls.contains("RenewCommand \(command.id) \(end)") })
    }
  }

  /// A collector that shows one command and has another signed.
  @Test func whatIsSignedIsWhatTheEnvelopeSays() async throws {
    try await withDetection { harness in
      _ = await harness.run(
        "command", "propose", "--detection", "0197c3", "--action", "suspend-process", "--reason", "x")
      let shown = try proposed(harness).id
      var other = try proposed(harness)
      var randomness = SeededRandomness(seed: 1)
      other.id = UniqueID(at: FakeClock.start, randomness: &randomness)
      let envelope = Cordon_V1_Envelope(try other.sealed(by: []))
      harness.collector.state.withLock { $0.commands[0].envelope = envelope }
      let run = await harness.run("command", "approve", shown.description)
      #expect(run.code == 77 && run.errors.contains("sent another command to sign"), "\(run.errors)")
      #expect(!harness.collector.state.withLock { $0.calls }.contains("ApproveCommand"))
    }
  }

  @Test func aPreviewOrdersNothing() async throws {
    try await withDetection { harness in
      let run = await harness.run("command", "preview", "--detection", "0197c3", "--action", "suspend-process")
      #expect(
        run.output == """
          suspend-process pid 4711 (/usr/bin/python3.11)
            freezes pid 4711 and its children
            undo: thaws them
          Warnings:
            ws-17 is not registered: counts as life-sustaining
          Signatures needed: 2

          """, "\(run.errors)")
      #expect(harness.collector.state.withLock { $0.commands } == [])
    }
  }
}
