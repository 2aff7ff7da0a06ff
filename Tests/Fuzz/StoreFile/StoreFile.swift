import CordonCore
import CordonStore
import Dispatch
import Glibc

private let path = "/dev/shm/cordon-fuzz-store-\(getpid())"

private func removeAll() { for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) } }

/// Any bytes as a collector's database: no trap, and every row that is read is whole, or refused.
func fuzzStoreFile(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  removeAll()
  defer { removeAll() }
  let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
  precondition(file >= 0 && write(file, data, count) == count, "the input cannot be written")
  close(file)
  guard let store = try? CollectorStore(path: path, settings: .init(readers: 1)) else { return 0 }
  let isDone = DispatchSemaphore(value: 0)
  Task.detached {
    await readAll(store)
    isDone.signal()
  }
  isDone.wait()
  try? store.close()
  return 0
}

/// What a collector asks of its store when it starts, and when people look at it.
private func readAll(_ store: CollectorStore) async {
  let now = Timestamp(milliseconds: 1_795_635_200_000)
  await readFleet(store, now)
  await readCases(store, now)
  _ = try? await store.forEachWindow(receivedSince: .epoch) { _ in true }
  _ = try? await store.partialWindows(schema: 2, from: .epoch, to: now)
  _ = try? await store.unscoredWindows(schema: 2, notedBefore: now, most: 100)
  _ = try? await store.watchedEntities(schema: 2)
  _ = try? await store.peerGroup("default", schema: 2)
  _ = try? await store.dailyScores(schema: 2, model: 0, from: 0)
  _ = try? await store.totals()
  _ = try? await store.check()
  _ = try? await store.foldHours()
  _ = try? await store.noteWindows(at: now) { Int32(clamping: $0.milliseconds / 86_400_000) }
}

private func readFleet(_ store: CollectorStore, _ now: Timestamp) async {
  for agent in (try? await store.agents()) ?? [] {
    _ = try? await store.watermarks(of: agent.id)
    _ = try? await store.gaps(of: agent.id)
    _ = try? await store.openOutbound(of: agent.id)
  }
  _ = try? await store.revokedKeyDigests()
  _ = try? await store.agentsWithPendingOutbound(of: "main")
  _ = try? await store.sessions()
  _ = try? await store.tokens()
  _ = try? await store.operators()
  for kind in [AuthorityRecord.Kind.roster, .policy] { _ = try? await store.authority(kind) }
  _ = try? await store.newestPolicy(for: "default")
  _ = try? await store.models()
  _ = try? await store.offersInForce()
  _ = try? await store.offers(schema: 1)
  _ = try? await store.pendingLedger(most: 100)
  _ = try? await store.pendingLedgerBacklog()
  _ = try? await store.ledgerTree()
  _ = try? await store.ledgerEntries(from: 0, most: 100)
  _ = try? await store.checkpoints()
}

private func readCases(_ store: CollectorStore, _ now: Timestamp) async {
  for incident in (try? await store.incidents(closedToo: true, most: 100)) ?? [] {
    _ = try? await store.timeline(of: incident.id)
    _ = try? await store.detections(of: incident.id)
    _ = try? await store.commands(of: incident.id)
  }
  _ = try? await store.uncorrelatedDetections()
  _ = try? await store.detections(since: .epoch, most: 100)
  _ = try? await store.behaviourDetections(since: .epoch)
  _ = try? await store.expectations(at: now)
  for command in (try? await store.commands(since: .epoch, most: 100)) ?? [] {
    _ = try? await store.outcomes(of: command.command.id)
  }
  _ = try? await store.unappliedOutcomes()
}
