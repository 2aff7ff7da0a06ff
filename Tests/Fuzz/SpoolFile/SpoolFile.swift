import CordonAgent
import CordonCore
import Glibc

private let path = "/dev/shm/cordon-fuzz-spool-\(getpid())"

private func removeAll() { for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) } }

/// Any bytes as an agent's spool: no trap, and it works, or is refused as damaged, as the agent then starts a new one.
func fuzzSpoolFile(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  removeAll()
  defer { removeAll() }
  let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
  precondition(file >= 0 && write(file, data, count) == count, "the input cannot be written")
  close(file)
  guard let storage = try? SQLiteSpoolStorage(path: path) else { return 0 }
  defer { storage.close() }
  try? work(storage)
  return 0
}

/// What an agent does with its spool in an hour.
private func work(_ storage: SQLiteSpoolStorage) throws(CordonError) {
  var randomness = SystemRandomNumberGenerator()
  var spool = try RecordSpool(storage: storage, randomness: &randomness)
  let now = Timestamp(milliseconds: 1_767_225_600_000)
  _ = try spool.append([(.window, [1, 2, 3]), (.detection, [4])], at: now)
  try spool.expire(at: now)
  while let batch = try spool.lease(Lane.bySendingOrder, most: 100, mostBytes: 1 << 16) {
    precondition(batch.first <= batch.through, "a batch runs backwards")
    try spool.acknowledge(LanePosition(lane: batch.place.lane, epoch: batch.place.epoch, through: batch.through))
  }
  _ = try storage.setAside()
}
