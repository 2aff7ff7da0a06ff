import CLinux
package import CordonCore
import CordonTelemetry
import Glibc
import ServiceLifecycle

/// The keeper's Unix socket for the machine's administrator: root alone, one request a connection.
package struct ControlSocket: Service {
  private let listener: Int32
  private let path: String
  private let answer: @Sendable (ControlRequest) -> ControlAnswer

  /// How long a client may take for its request, or to read its answer.
  private static let patience = timeval(tv_sec: 2, tv_usec: 0)

  /// Listens at a path (mode 0600), in place of what a killed keeper left there. Code: `control`.
  package init(
    path: String, answer: @escaping @Sendable (ControlRequest) -> ControlAnswer
  ) throws(CordonError) {
    self.path = path
    self.answer = answer
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard listener >= 0, var address = ControlAddress.make(path) else {
      throw CordonError(.invalid, "control", "\(path) cannot be the path of a socket: it is too long.")
    }
    unlink(path)
    // The folder is root's; between bind and chmod nobody else can connect, because connecting needs write permission.
    let before = umask(0o177)
    let isBound = ControlAddress.call(&address) { bind(listener, $0, $1) } == 0
    umask(before)
    guard isBound, chmod(path, 0o600) == 0, listen(listener, 8) == 0 else {
      let reason = String(cString: strerror(errno))
      close(listener)
      throw CordonError(.inputOutput, "control", "The control socket \(path) could not be opened: \(reason).")
    }
  }

  /// Answers until the program stops; then the socket is gone.
  package func run() async throws {
    let (ended, signal) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let thread = try BlockingThread(name: "control") { [self] stop in
      while BlockingThread.waitReadable(listener, stop: stop, timeout: .seconds(3600)).goesOn { serveOne() }
    }
    await withGracefulShutdownHandler {
      for await _ in ended {}
    } onGracefulShutdown: {
      signal.finish()
    }
    thread.stop()
    close(listener)
    unlink(path)
  }

  private func serveOne() {
    var polled = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
    guard poll(&polled, 1, 0) == 1 else { return }
    let client = accept(listener, nil, nil)
    guard client >= 0 else { return }
    defer { close(client) }
    // The mode of the socket keeps others out already; this holds where a file system ignores it.
    guard cordon_peer_user(client) == 0 || cordon_peer_user(client) == Int64(getuid()) else { return }
    var patience = Self.patience
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let line = ControlAddress.read(client, most: ControlRequest.mostBytes, untilLine: true)
    let request = line.flatMap { ControlRequest(line: String(decoding: $0.prefix { $0 != 10 }, as: UTF8.self)) }
    let unknown = CordonError(.invalid, "control", "The running agent does not know this request.")
    ControlAddress.write(client, request.map { answer($0) }?.bytes ?? ControlAnswer(unknown).bytes)
  }
}

/// The other end: what the commands use.
package enum ControlClient {
  /// Asks the running keeper; nil where none listens. Codes: `control`, and what the keeper refuses with.
  package static func ask(_ request: ControlRequest, at path: String) throws(CordonError) -> ControlAnswer? {
    guard var address = ControlAddress.make(path) else { return nil }
    let fd = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard fd >= 0 else { return nil }
    defer { close(fd) }
    guard ControlAddress.call(&address, { connect(fd, $0, $1) }) == 0 else {
      guard errno == EACCES || errno == EPERM else { return nil }
      throw CordonError(
        .denied, "control", "Only root may speak to the agent at \(path).", remedy: "Run this with sudo.")
    }
    ControlAddress.write(fd, Array((request.line + "\n").utf8))
    guard let bytes = ControlAddress.read(fd, most: ControlAnswer.mostBytes, untilLine: false), !bytes.isEmpty else {
      throw CordonError(.unavailable, "control", "The running agent at \(path) gave no answer.")
    }
    return try ControlAnswer(bytes)
  }
}

/// Addresses, reads and writes of Unix sockets.
private enum ControlAddress {
  /// Nil where the path does not fit into an address.
  static func make(_ path: String) -> sockaddr_un? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return address
  }

  static func call(_ address: inout sockaddr_un, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }

  /// Up to the end or a line's end; nil past the limit or on error.
  static func read(_ fd: Int32, most: Int, untilLine: Bool) -> [UInt8]? {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while bytes.count <= most {
      let count = recv(fd, &chunk, chunk.count, 0)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      bytes += chunk[..<count]
      if count == 0 || (untilLine && bytes.contains(10)) { return bytes.count <= most ? bytes : nil }
    }
    return nil
  }

  static func write(_ fd: Int32, _ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { send(fd, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      sent += count
    }
  }
}
