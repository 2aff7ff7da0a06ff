package import CordonCore
import Glibc

/// Looks at another machine's block from outside: whether a connection from the blocked address gets any answer.
package enum WitnessProbe {
  /// Connections that are tried: one lost packet must not pass for a block.
  package static let attempts = 3
  package static let patience: Duration = .milliseconds(700)

  /// What a witness saw; `code` is empty where it saw the block.
  package struct Finding: Hashable, Sendable {
    /// `answered`: the block is not there. `no-way`, `no-network`: nothing can be said from here.
    package var code: String
    package var message: String
    package var evidence: [String]
  }

  /// Tries the place, and then the collector: who reaches nobody is no witness.
  package static func look(at place: Endpoint, management: any ManagementProbe) -> Finding {
    for attempt in 1...attempts {
      switch ConnectionProbe.connect(place, within: patience) {
      case .connected, .refused:
        return Finding(
          code: "answered", message: "A connection from the blocked address was answered at attempt \(attempt).",
          evidence: [])
      case .notSent(let error):
        return Finding(
          code: "no-way", message: "The witness has no way to that machine: \(String(cString: strerror(error))).",
          evidence: [])
      case .silence: continue
      }
    }
    guard !management.reachable().isEmpty else {
      return Finding(
        code: "no-network", message: "The witness reaches nobody, so its finding tells nothing.", evidence: [])
    }
    return Finding(
      code: "", message: "",
      evidence: [
        "from the blocked address, \(attempts) connections to a listening port got no answer",
        "the collector answered the same witness meanwhile",
      ])
  }
}

/// How a machine looks from a peer's side: where it could be probed.
package enum OwnPlace {
  /// This machine's address towards a peer; nil where there is no way. Nothing is sent: a datagram socket only asks the
  /// routing table.
  package static func address(towards peer: IPAddress) -> IPAddress? {
    let family = peer.isV4 ? AF_INET : AF_INET6
    let fd = socket(family, Int32(SOCK_DGRAM.rawValue) | O_CLOEXEC, 0)
    guard fd >= 0, ConnectionProbe.aim(fd, Endpoint(address: peer, port: 9)) == 0 else {
      if fd >= 0 { close(fd) }
      return nil
    }
    defer { close(fd) }
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { own in
        getsockname(fd, own, &length) == 0 ? IPAddress(socket: UnsafePointer(own)) : nil
      }
    }
  }

  /// The lowest TCP port that answers at an address of this machine; nil where none listens there.
  package static func listeningPort(at address: IPAddress) -> UInt16? {
    let files = address.isV4 ? ["/proc/net/tcp", "/proc/net/tcp6"] : ["/proc/net/tcp6"]
    return files.compactMap { KernelFile.text($0, limit: 1 << 20) }.flatMap { ListeningSockets.parse($0) }
      .filter { $0.isEverywhere || $0.address == address }.map(\.port).min()
  }
}

/// Listening sockets, from the text of /proc/net/tcp and tcp6.
package enum ListeningSockets {
  package struct Socket: Hashable, Sendable {
    package var address: IPAddress
    package var port: UInt16
    /// Listens at every address of the machine.
    package var isEverywhere: Bool
  }

  package static func parse(_ text: String) -> [Socket] {
    text.split(separator: "\n").dropFirst().compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count > 3, fields[3] == "0A" else { return nil }
      let parts = fields[1].split(separator: ":")
      guard parts.count == 2, let bytes = Hex.decode(parts[0]), let port = UInt16(parts[1], radix: 16), port > 0,
        bytes.count == 4 || bytes.count == 16
      else { return nil }
      // Words of four bytes, each in this machine's order, which is little-endian wherever Cordon runs.
      let ordered = stride(from: 0, to: bytes.count, by: 4).flatMap { bytes[$0..<($0 + 4)].reversed() }
      guard let address = IPAddress(bytes: ordered) else { return nil }
      return Socket(address: address, port: port, isEverywhere: ordered.allSatisfy { $0 == 0 })
    }
  }
}
