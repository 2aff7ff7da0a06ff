import CordonTelemetry
import Testing

@Suite struct RecordQueueTests {
  @Test func `records come out in order, once`() {
    let queue = RecordQueue(sensor: "x")
    for number in 0..<5 { queue.offer([UInt8(number)]) }
    #expect(queue.drain(most: 2)?.records == [[0], [1]])
    #expect(queue.drain()?.records == [[2], [3], [4]])
    #expect(queue.drain() == nil)
  }

  @Test func `past its limit of records the newest are dropped and counted`() {
    let queue = RecordQueue(sensor: "x")
    for _ in 0..<(RecordQueue.recordLimit + 3) { queue.offer([1]) }
    let batch = queue.drain()
    #expect(batch?.records.count == RecordQueue.recordLimit)
    #expect(batch?.dropped == 3)
    #expect(queue.totals == (UInt64(RecordQueue.recordLimit + 3), 3))
    queue.offer([2])
    #expect(queue.drain() == SensorBatch(sensor: "x", records: [[2]]))
  }

  @Test func `past its limit of bytes too`() {
    let queue = RecordQueue(sensor: "x")
    let record = [UInt8](repeating: 0, count: RecordQueue.recordSizeLimit)
    let fit = RecordQueue.byteLimit / record.count
    for _ in 0..<(fit + 1) { queue.offer(record) }
    #expect(queue.drain()?.dropped == 1)
    queue.offer(record + [0])
    #expect(queue.drain() == SensorBatch(sensor: "x", dropped: 1))
  }

  @Test func `a reader is woken once for what has come`() async {
    let queue = RecordQueue(sensor: "x")
    queue.offer([1])
    queue.offer([2])
    queue.countDropped(4)
    queue.close()
    var wakeups = 0
    for await _ in queue.wakeups { wakeups += 1 }
    #expect(wakeups == 1)
    #expect(queue.drain() == SensorBatch(sensor: "x", records: [[1], [2]], dropped: 4))
  }

  @Test func `a reader that could not take what came is woken again`() async {
    let queue = RecordQueue(sensor: "x")
    queue.wake()
    queue.offer([1])
    var wakeups = queue.wakeups.makeAsyncIterator()
    _ = await wakeups.next()
    // Taken by nobody: what comes behind it is no first record any more.
    queue.offer([2])
    queue.wake()
    queue.close()
    let (again, never): (Void?, Void?) = (await wakeups.next(), await wakeups.next())
    #expect(again != nil && never == nil)
    #expect(queue.drain()?.records == [[1], [2]])
  }

  @Test func `a batch has a size, and holds one record at least`() {
    let queue = RecordQueue(sensor: "x", sizeLimit: 1000)
    for count in [400, 400, 400, 1000, 1001] { queue.offer([UInt8](repeating: 1, count: count)) }
    #expect(queue.drain(bytes: 900)?.records.map(\.count) == [400, 400])
    #expect(queue.drain(most: 1, bytes: 900)?.records.map(\.count) == [400])
    #expect(queue.drain(bytes: 900)?.records.map(\.count) == [1000])
    #expect(queue.drain() == nil)
    #expect(queue.totals == (5, 1))
    #expect(queue.hasRoom)
  }

  @Test func `how far the source has read leaves with the records that it is said of, which stay together`() {
    let queue = RecordQueue(sensor: "x")
    queue.offer([[0], [1]], mark: [1])
    queue.offer([[2], [3], [4]], mark: [4])
    queue.offer([5])
    #expect(queue.drain(most: 1) == SensorBatch(sensor: "x", records: [[0], [1]], progress: [1]))
    #expect(queue.drain(most: 2) == SensorBatch(sensor: "x", records: [[2], [3], [4]], progress: [4]))
    #expect(queue.drain(most: 2) == SensorBatch(sensor: "x", records: [[5]]))
    queue.offer([], mark: [9])
    #expect(queue.drain() == SensorBatch(sensor: "x", progress: [9]))
    #expect(queue.drain() == nil)
  }

  @Test func `of two that fit both leave, of one that does not as much as the reader takes`() {
    let queue = RecordQueue(sensor: "x")
    for number in 0..<3 { queue.offer([[UInt8(number)]], mark: [UInt8(number)]) }
    #expect(queue.drain(most: 2) == SensorBatch(sensor: "x", records: [[0], [1]], progress: [0, 1]))
    queue.clear()
    let most = RecordQueue.recordLimit / 2
    queue.offer([[UInt8]](repeating: [7], count: most + 1), mark: [7])
    #expect(queue.drain(most: 2)?.records.count == 2)
    #expect(
      queue.drain(most: 2)
        == SensorBatch(sensor: "x", records: [[UInt8]](repeating: [7], count: most - 1), progress: [7]))
  }

  @Test func `what is forgotten, because it will be read again, is no drop`() {
    let queue = RecordQueue(sensor: "x")
    queue.offer([1])
    queue.offer([], mark: [1])
    queue.clear()
    #expect(queue.drain() == nil)
    queue.offer([2])
    #expect(queue.drain() == SensorBatch(sensor: "x", records: [[2]]))
    #expect(queue.totals == (2, 0))
  }
}
