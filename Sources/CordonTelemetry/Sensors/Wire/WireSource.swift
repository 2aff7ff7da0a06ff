package import CordonCore
import Glibc
import Synchronization

/// What the privileged half of the wire sensor is told.
package struct WireSourceSettings: Hashable, Sendable {
  package var policy: Policy.WireSensor

  package init(policy: Policy.WireSensor = Policy.WireSensor()) { self.policy = policy }
}

/// Captures packets through the kernel's rings and hands them on in blocks, without looking into them.
///
/// While the queue is half full packets wait in the rings; what finds a ring full is counted by the kernel and told as
/// dropped. Changes nothing on the machine but that named interfaces listen to everything, which ends with the socket.
package final class WireSource: ThreadedSource {
  package typealias Settings = WireSourceSettings

  /// Between two tellings of this machine's addresses: a worker that started anew knows none.
  private static let addressInterval = Duration.seconds(10)
  /// Between two looks at the rings while the queue is full, and at the kernel's counters.
  private static let pause = Duration.milliseconds(10)
  private static let countInterval = Duration.seconds(1)

  package let queue = RecordQueue(sensor: WireSensor.name, sizeLimit: FrameBlock.limit)

  package let running: SourceRun<Settings>

  package init(settings: WireSourceSettings = WireSourceSettings()) { running = SourceRun(settings) }

  deinit { stop() }

  package var name: String { WireSensor.name }

  package func open(_ settings: Settings) throws(CordonError) -> (thread: BlockingThread, notes: [String]) {
    let rings = Mutex<[CaptureRing]?>(try Self.rings(settings.policy))
    let thread = try BlockingThread(name: "wire") { [weak self] stop in
      // Handed over once: the rings belong to the thread, and end with it.
      guard let rings = rings.withLock({ $0.take() }) else { return }
      self?.run(rings, stop)
    }
    return (thread, Self.notes(settings.policy))
  }

  /// A packet does not say which process sent it.
  package func ignore(processes: Set<UInt32>) {}

  private static func rings(_ policy: Policy.WireSensor) throws(CordonError) -> [CaptureRing] {
    let length = policy.readsStreams ? CaptureFilter.wholeLength : CaptureFilter.headLength
    let filter = CaptureFilter.program(excluding: policy.excludedPorts, length: length)
    var rings: [CaptureRing] = []
    for interface in policy.interfaces.isEmpty ? [""] : policy.interfaces {
      rings.append(try CaptureRing(interface: interface, filter: filter))
    }
    return rings
  }

  private func run(_ rings: [CaptureRing], _ stop: Int32) {
    var polled = (rings.map(\.descriptor) + [stop]).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    var block = FrameBlock()
    var (told, counted) = (ContinuousClock.now - Self.addressInterval, ContinuousClock.now)
    while true {
      let now = ContinuousClock.now
      if now - told >= Self.addressInterval {
        queue.offer(FrameBlock.addresses(MachineAddresses.current()))
        if running.settings.policy.interfaces.isEmpty {
          let joined = JoinedInterfaces.current()
          for ring in rings { ring.joined = joined }
        }
        told = now
      }
      if now - counted >= Self.countInterval {
        queue.countDropped(rings.reduce(0) { $0 + $1.takeDrops() })
        counted = now
      }
      let isDrained = drain(rings, &block)
      guard isDrained else {
        guard BlockingThread.rest(stop: stop, for: Self.pause) else { return }
        continue
      }
      guard poll(&polled, nfds_t(polled.count), Int32(Self.countInterval.milliseconds)) >= 0 || errno == EINTR
      else { return }
      guard polled[polled.count - 1].revents == 0 else { return }
      let isDown = polled.contains { $0.revents & Int16(POLLERR) != 0 }
      note(isDown: isDown)
      guard !isDown || settle(rings, stop) else { return }
    }
  }

  /// False where the queue is full and something is left.
  private func drain(_ rings: [CaptureRing], _ block: inout FrameBlock) -> Bool {
    var isDrained = true
    for ring in rings {
      isDrained =
        ring.drain(while: { queue.hasRoom }) { bytes, time, length in
          if block.add(bytes, time: time, wireLength: length, link: .raw) { queue.offer(block.take()) }
        } && isDrained
    }
    let rest = block.take()
    if !rest.isEmpty { queue.offer(rest) }
    return isDrained
  }

  /// Takes the errors off the sockets of interfaces that went down, and waits; false once the thread is to end.
  private func settle(_ rings: [CaptureRing], _ stop: Int32) -> Bool {
    for ring in rings {
      var (failure, length) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
      getsockopt(ring.descriptor, SOL_SOCKET, SO_ERROR, &failure, &length)
    }
    return BlockingThread.rest(stop: stop, for: Self.countInterval)
  }

  /// An interface that comes up again is captured again; one that was removed and made anew is not.
  private func note(isDown: Bool) {
    running.say(Self.notes(running.settings.policy) + (isDown ? ["An interface is down."] : []))
  }

  private static func notes(_ policy: Policy.WireSensor) -> [String] {
    policy.readsStreams ? [] : ["Reads flows and names asked for alone."]
  }
}
