import CLinux
import CordonCore
import Glibc

/// A listening Unix socket of packets, which every account may connect to; who may stay, the kernel's word on the account
/// decides.
final class SDKListener: Sendable {
  let descriptor: Int32

  /// Listens at a path, in place of a socket that a killed keeper left there. Code: `sdk-socket`.
  init(path: String) throws(CordonError) {
    descriptor = socket(
      AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard descriptor >= 0, !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw CordonError(.invalid, "sdk-socket", "\"\(path)\" cannot be the path of a socket.")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    Self.removeSocket(path)
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    guard isBound, chmod(path, 0o666) == 0, listen(descriptor, 64) == 0 else {
      let reason = String(cString: strerror(errno))
      throw CordonError(.inputOutput, "sdk-socket", "The sensor's socket \(path) could not be opened: \(reason).")
    }
  }

  /// Runs too where opening has failed.
  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// The next connection and its user; nil where none waits.
  func accept() -> (descriptor: Int32, user: UInt32?)? {
    let client = Glibc.accept(descriptor, nil, nil)
    guard client >= 0 else { return nil }
    _ = fcntl(client, F_SETFD, FD_CLOEXEC)
    _ = fcntl(client, F_SETFL, O_NONBLOCK)
    let user = cordon_peer_user(client)
    return (client, user >= 0 ? UInt32(truncatingIfNeeded: user) : nil)
  }

  /// Anything else than a socket stays, and binding fails.
  private static func removeSocket(_ path: String) {
    var status = stat()
    if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK { unlink(path) }
  }
}
