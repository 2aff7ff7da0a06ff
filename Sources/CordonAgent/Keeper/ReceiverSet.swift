import CordonCore
import CordonTelemetry
import CordonWire
import FoundationEssentials
import Logging
import Synchronization

/// Sockets that this machine listens on as the policy says: bound here, handed to each worker, and kept over its end, so
/// that what comes meanwhile waits in the kernel.
final class ReceiverSet: Sendable {
  /// Bytes of one PEM file.
  private static let mostFile = 60 << 10

  /// Looks between two tries of what could not be bound, such as an address that is not there yet.
  private static let looksBetweenTries = 20

  private struct State {
    var sensor = Policy.EHRSensor()
    var sockets: [Listener: ListeningSocket] = [:]
    var identity: ReceiverIdentity?
    var identityProblem: String?
    /// Of listeners that could not be bound.
    var problems: [Listener: String] = [:]
    var channel: DescriptorChannel?
    /// Datagrams that the kernel dropped, as told last.
    var told: [Listener: UInt32] = [:]
    var looks = 0

    var wanted: Set<Listener> { Set(sensor.listen.compactMap { Listener($0) }) }
  }

  private let logger: Logger
  private let state = Mutex(State())

  init(logger: Logger) { self.logger = logger }

  /// What cannot be listened on, and why.
  var problems: [String] {
    state.withLock { state in
      (state.identityProblem.map { [$0] } ?? []) + state.problems.sorted { "\($0.key)" < "\($1.key)" }.map(\.value)
    }
  }

  /// Binds what a policy newly names, and lets go what it does not name any more.
  func follow(_ policy: Policy.EHRSensor, holdsPatientKey: Bool) {
    state.withLock { state in
      let sensor = policy.isEnabled && holdsPatientKey ? policy : Policy.EHRSensor()
      guard sensor != state.sensor else { return }
      state.sensor = sensor
      let wanted = state.wanted
      for (listener, socket) in state.sockets where !wanted.contains(listener) {
        state.sockets[listener] = nil
        state.told[listener] = nil
        Self.hand(over: socket, nil, isEnd: true, state.channel)
      }
      let before = state.identity
      readIdentity(&state)
      for socket in state.sockets.values where socket.listener.transport.isSecure && state.identity != before {
        Self.hand(over: socket, state.identity, isEnd: state.identity == nil, state.channel)
      }
      bindMissing(&state)
    }
  }

  /// A worker is ready to read what the sockets hold.
  func attach(_ channel: DescriptorChannel) {
    state.withLock { state in
      state.channel = channel
      for socket in state.sockets.values where !socket.listener.transport.isSecure || state.identity != nil {
        Self.hand(over: socket, state.identity, isEnd: false, channel)
      }
    }
  }

  func detach() { state.withLock { $0.channel = nil } }

  /// Datagrams that the kernel dropped since the last call. Call twice a second: tries again what could not be bound, too.
  func look() -> UInt64 {
    state.withLock { state in
      state.looks += 1
      if state.looks.isMultiple(of: Self.looksBetweenTries) { bindMissing(&state) }
      return state.sockets.values.reduce(0) { sum, socket in
        let drops = socket.drops
        defer { state.told[socket.listener] = drops }
        return sum + UInt64(drops &- (state.told[socket.listener] ?? 0))
      }
    }
  }

  private func bindMissing(_ state: inout State) {
    let known = state.problems
    state.problems = [:]
    for listener in state.wanted.sorted(by: { "\($0)" < "\($1)" }) where state.sockets[listener] == nil {
      guard !listener.transport.isSecure || state.identity != nil else { continue }
      do throws(CordonError) {
        let socket = try ListeningSocket(listener)
        state.sockets[listener] = socket
        Self.hand(over: socket, state.identity, isEnd: false, state.channel)
      } catch {
        state.problems[listener] = error.message
        guard known[listener] == nil else { continue }
        logger.warning("Cannot listen", metadata: ["listener": "\(listener)", "why": "\(error)"])
      }
    }
  }

  /// Read as root, because a key is nobody else's to read; what is in the files is looked at in the worker.
  private func readIdentity(_ state: inout State) {
    (state.identity, state.identityProblem) = (nil, nil)
    guard state.wanted.contains(where: { $0.transport.isSecure }) else { return }
    do throws(CordonError) {
      func file(_ path: String) throws(CordonError) -> [UInt8] {
        guard let bytes = try SmallFile.read(path, most: Self.mostFile) else {
          throw CordonError(.missing, "file-missing", "\(path) is not there.")
        }
        return bytes
      }
      state.identity = ReceiverIdentity(
        certificates: try file(state.sensor.tlsCertificate), key: try file(state.sensor.tlsKey),
        authorities: try file(state.sensor.tlsAuthorities))
    } catch {
      state.identityProblem = error.message
      logger.warning("Cannot listen with TLS", metadata: ["why": "\(error)"])
    }
  }

  /// A worker that does not take it is ending, and the next one gets it again.
  private static func hand(
    over socket: ListeningSocket, _ identity: ReceiverIdentity?, isEnd: Bool, _ channel: DescriptorChannel?
  ) {
    var handover = Cordon_V1_ReceiverHandover()
    handover.listener = "\(socket.listener)"
    if socket.listener.transport.isSecure, let identity {
      handover.certificates = Data(identity.certificates)
      handover.key = Data(identity.key)
      handover.authorities = Data(identity.authorities)
    }
    try? channel?.send(handover, isEnd ? nil : socket.descriptor)
  }
}
