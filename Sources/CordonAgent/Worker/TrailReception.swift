import CordonCore
import CordonTelemetry
import CordonWire
import Logging
import ServiceLifecycle
import Synchronization

/// Reads audit trails that come over sockets, which the keeper has bound and hands over.
struct TrailReception: Service {
  let channel: DescriptorChannel
  let receiver: any ByteReceiver
  let desk: WorkerDesk
  let logger: Logger

  /// What came, cut into records; one at a time.
  private final class Counter: Sendable {
    private let streams = Mutex(TrailStreams())
    private let start = ContinuousClock.now
    private let desk: WorkerDesk

    init(desk: WorkerDesk) { self.desk = desk }

    func take(_ received: ReceivedBytes) -> Reception {
      let taken = streams.withLock { $0.take(received, at: ContinuousClock.now - start) }
      if !taken.records.isEmpty || taken.dropped > 0 {
        desk.ingest(SensorBatch(sensor: EHRSensor.name, records: taken.records, dropped: taken.dropped))
      }
      return taken.reception
    }
  }

  func run() async throws {
    let counter = Counter(desk: desk)
    let (ended, signal) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let thread = try BlockingThread(name: "receivers") { [self] _ in
      do throws(CordonError) {
        while let (handover, socket) = try channel.receive() { take(handover, socket, counter) }
      } catch {
        logger.error("The keeper's sockets cannot be taken over", metadata: ["why": "\(error)"])
      }
      signal.finish()
    }
    await withGracefulShutdownHandler {
      for await _ in ended {}
    } onGracefulShutdown: {
      channel.end()
    }
    channel.end()
    thread.stop()
    receiver.closeAll()
    // What came after the seam's end is closed here.
    desk.finish()
  }

  private func take(_ handover: Cordon_V1_ReceiverHandover, _ socket: Int32?, _ counter: Counter) {
    guard let listener = Listener(handover.listener) else { return }
    guard let socket else { return receiver.close(listener) }
    let identity =
      listener.transport.isSecure
      ? ReceiverIdentity(
        certificates: [UInt8](handover.certificates), key: [UInt8](handover.key),
        authorities: [UInt8](handover.authorities)) : nil
    do throws(CordonError) {
      try receiver.open(listener, descriptor: socket, identity: identity) { counter.take($0) }
      logger.notice("listens", metadata: ["listener": "\(listener)"])
    } catch {
      logger.error("Cannot listen", metadata: ["listener": "\(listener)", "why": "\(error)"])
    }
  }
}
