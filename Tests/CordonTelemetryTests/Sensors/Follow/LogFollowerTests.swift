import CordonTestSupport
import Glibc
import Testing

@testable import CordonTelemetry

/// A log that is written, renamed and cut off, and a reader that dies, in any order and without a pause between: every
/// line is taken in once.
@Suite struct LogFollowerTests {
  /// What a machine has on its disk, and what a reader made durable of it.
  private final class Machine {
    private let log: String
    private let followed: String
    /// Whether a rotation numbers the older ones anew, as logrotate does.
    private let shifts: Bool
    private let queue = RecordQueue(sensor: "test")
    private var follower: LogFollower<LineFramer>
    private var positions = LogPositions()
    /// What the reader made durable.
    private var durable = LogPositions()
    private(set) var taken: [String] = []
    private var waiting = SensorBatch(sensor: "test")
    private(set) var written = 0
    private var rotations = 0
    private var isHalf = false
    /// Ever later, since the kernel's own clock of files stands still for milliseconds.
    private var moment = 1_700_000_000
    private(set) var story: [String] = []

    init(in folder: String, followsFolder: Bool, shifts: Bool) throws {
      log = "\(folder)/trail.ndjson"
      followed = followsFolder ? folder : log
      self.shifts = shifts
      follower = LogFollower(paths: [followed], framer: LineFramer(), isMarked: true)
      try append("", to: log)
    }

    deinit { follower.close() }

    /// What a line begins with: no two files begin alike.
    private static func number(_ number: Int) -> String { String(100_000 + number) }

    static func line(_ number: Int) -> String { "\(Self.number(number)) was here" }

    func write(_ count: Int) throws {
      story.append("write \(count)")
      let lines = (written..<(written + count)).map { "\(Self.line($0))\n" }.joined()
      let rest = isHalf ? String(lines.dropFirst(Self.number(written).count)) : lines
      written += count
      try append(rest, to: log)
      isHalf = false
    }

    private func endLine() throws {
      if isHalf { try write(1) }
    }

    /// The first half of a line, whose other half comes with the next writing or rotation.
    func writeHalf() throws {
      guard !isHalf else { return }
      story.append("half")
      isHalf = true
      try append(Self.number(written), to: log)
    }

    func renameLog() throws {
      try endLine()
      story.append("rename")
      try #require(rename(log, next()) == 0)
      try append("", to: log)
    }

    func copyAndCutOff() throws {
      try endLine()
      story.append("copy")
      let all = try #require(try SmallFile.read(log, most: 1 << 20))
      try append(String(decoding: all, as: UTF8.self), to: next())
      try #require(truncate(log, 0) == 0)
      touch(log)
    }

    /// The name that a rotation gives.
    private func next() -> String {
      rotations += 1
      guard shifts else { return "\(log).\(rotations)" }
      for number in (1..<rotations).reversed() { rename("\(log).\(number)", "\(log).\(number + 1)") }
      return "\(log).1"
    }

    /// The reader's thread comes by once, or until it has read all.
    @discardableResult
    func look(most: Int = 1) -> Bool {
      story.append("look \(most)")
      for _ in 0..<most {
        guard follower.step(into: queue, &positions) else { return false }
      }
      return true
    }

    /// The worker takes so many records, and makes them durable or not.
    func take(_ count: Int, commits: Bool) {
      story.append("take \(count)\(commits ? ", commit" : "")")
      if let batch = queue.drain(most: count) {
        waiting.records += batch.records
        waiting.progress += batch.progress
      }
      guard commits else { return }
      durable.take(waiting.progress)
      taken += waiting.records.map { String(decoding: $0, as: UTF8.self) }
      waiting = SensorBatch(sensor: "test")
    }

    func die() {
      story.append("die")
      queue.clear()
      waiting = SensorBatch(sensor: "test")
      follower.close()
      follower = LogFollower(paths: [followed], framer: LineFramer(), isMarked: true)
      // As the spool keeps them.
      positions = LogPositions(durable.encoded)
    }

    /// Reads and takes what there is.
    func settle() {
      for _ in 0..<8 {
        look(most: 100)
        take(1000, commits: true)
      }
    }

    private func append(_ text: String, to path: String) throws {
      let file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
      try #require(file >= 0)
      defer { close(file) }
      try #require(Glibc.write(file, text, text.utf8.count) == text.utf8.count)
      touch(path)
    }

    private func touch(_ path: String) {
      moment += 1
      let times = [timespec](repeating: timespec(tv_sec: moment, tv_nsec: 0), count: 2)
      utimensat(AT_FDCWD, path, times, 0)
    }
  }

  @Test(arguments: 0..<200) func `each line is taken in once, whoever dies when`(seed: Int) throws {
    var randomness = SeededRandomness(seed: UInt64(seed))
    try withTemporaryFolder { folder in
      let machine = try Machine(in: folder, followsFolder: seed % 4 > 1, shifts: seed % 2 == 1)
      machine.look(most: 100)
      machine.take(1000, commits: true)
      for _ in 0..<40 {
        switch Int.random(in: 0..<12, using: &randomness) {
        case 0: try machine.writeHalf()
        case 1..<4: try machine.write(Int.random(in: 1...9, using: &randomness))
        case 4: try machine.renameLog()
        case 5: try machine.copyAndCutOff()
        case 6: machine.die()
        case 7..<10: machine.look(most: Bool.random(using: &randomness) ? 1 : 100)
        case 10: machine.take(Int.random(in: 1...12, using: &randomness), commits: false)
        default: machine.take(Int.random(in: 1...12, using: &randomness), commits: true)
        }
      }
      try machine.write(1)
      machine.settle()
      let expected = (0..<machine.written).map(Machine.line)
      let lost = Set(expected).subtracting(machine.taken).sorted()
      let isOnce = machine.taken.count == Set(machine.taken).count
      #expect(lost.isEmpty && isOnce, "lost \(lost), once \(isOnce): \(machine.story)")
    }
  }
}
