import CordonCore
import Glibc

/// The connections of one listener, served in turn.
///
/// Bounds: `limit` connections, `userLimit` of one user; `turnLimit` packets of a connection a turn, and of one a second
/// no more than `rateLimit` on average. What a connection may not have read yet waits in its own buffer.
struct SDKPeers: ~Copyable {
  static let limit = 64
  static let userLimit = 16
  static let turnLimit = 32
  /// Packets a second.
  static let rateLimit = 2000
  /// Between two looks at connections that have used up their rate, or at a queue that is full.
  private static let pause = Duration.milliseconds(20)

  private struct Peer {
    var descriptor: Int32
    var user: UInt32
    /// Packets that may be read at once.
    var allowance = SDKPeers.rateLimit
  }

  private let listener: SDKListener
  private let users: Set<UInt32>
  private let queue: RecordQueue
  private var peers: [Peer] = []
  private var filled = ContinuousClock.now
  /// The machine had no descriptor for a connection: until the next look it waits in the listener's backlog.
  private var isStarved = false
  private var buffer = [UInt8](repeating: 0, count: SDKSensor.reportLimit)

  init(listener: SDKListener, users: Set<UInt32>, queue: RecordQueue) {
    self.listener = listener
    self.users = users
    self.queue = queue
  }

  deinit {
    for peer in peers { close(peer.descriptor) }
  }

  /// Serves until the descriptor is readable; tells of connections that it refused.
  mutating func serve(until stop: Int32, _ refused: (UInt64) -> Void) {
    while true {
      fillAllowances()
      let hasRoom = queue.hasRoom
      var polled = [
        pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
        pollfd(fd: isStarved ? -1 : listener.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      for peer in peers {
        // One that must wait is not looked at: a negative descriptor is passed over.
        let isServed = hasRoom && peer.allowance > 0
        polled.append(pollfd(fd: isServed ? peer.descriptor : -1, events: Int16(POLLIN), revents: 0))
      }
      let isWaiting = !hasRoom || isStarved || peers.contains { $0.allowance <= 0 }
      let ready = poll(&polled, nfds_t(polled.count), isWaiting ? Int32(Self.pause.milliseconds) : -1)
      guard ready >= 0 || errno == EINTR else { return }
      if polled[0].revents != 0 { return }
      isStarved = false
      // From the last on, so that those behind one that is gone keep their places.
      for index in peers.indices.reversed() where ready > 0 && polled[index + 2].revents != 0 {
        if !read(index, polled[index + 2].revents) {
          close(peers[index].descriptor)
          peers.remove(at: index)
        }
      }
      if ready > 0, polled[1].revents != 0 { refused(acceptAll()) }
    }
  }

  private mutating func fillAllowances() {
    let elapsed = ContinuousClock.now - filled
    guard elapsed >= Self.pause else { return }
    let gained = Int(min(elapsed.milliseconds, 1000)) * Self.rateLimit / 1000
    for index in peers.indices { peers[index].allowance = min(Self.rateLimit, peers[index].allowance + gained) }
    filled = .now
  }

  /// Reads one connection's turn; false where it has ended.
  private mutating func read(_ index: Int, _ events: Int16) -> Bool {
    // Packets may still wait behind a connection's end; they are read before it.
    for _ in 0..<min(Self.turnLimit, peers[index].allowance) {
      let count = recv(peers[index].descriptor, &buffer, buffer.count, Int32(MSG_TRUNC))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return count < 0 && errno == EAGAIN && events & Int16(POLLHUP | POLLERR) == 0 }
      peers[index].allowance -= 1
      if count <= buffer.count { queue.offer(Array(buffer[..<count])) } else { queue.countDropped(1) }
    }
    return true
  }

  /// Takes the connections that wait; how many of them may not stay.
  private mutating func acceptAll() -> UInt64 {
    var refused: UInt64 = 0
    for _ in 0..<Self.turnLimit {
      guard let (descriptor, user) = listener.accept() else {
        isStarved = errno == EMFILE || errno == ENFILE
        break
      }
      guard let user, users.contains(user), peers.count < Self.limit,
        peers.count(where: { $0.user == user }) < Self.userLimit
      else {
        close(descriptor)
        refused += 1
        continue
      }
      peers.append(Peer(descriptor: descriptor, user: user))
    }
    return refused
  }
}
