import CordonCore
import Glibc

/// Makes real events on this machine at a steady rate, of the kinds that an agent's sensors watch, and counts them.
///
/// Of ten events six are connections of a UDP socket with a datagram of one byte (audit, and a frame of the wire), two
/// are lines of a log (`auth`), two are files written (`file`). Datagrams go to a port of the loopback interface that
/// this process has bound itself.
final class SteadyLoad {
  /// Events made so far, by what they are.
  struct Made {
    var connections = 0
    var lines = 0
    var files = 0

    var total: Int { connections + lines + files }
  }

  private static let batchesASecond = 100

  let log: String
  let folder: String
  private(set) var made = Made()
  private let line: [UInt8] = Array(
    "Nov 26 02:00:00 ws-01 sshd[4711]: Failed password for invalid user guest from 192.0.2.7 port 4022 ssh2\n".utf8)
  private let sink: Int32
  private let sender: Int32
  private let logFile: Int32
  private var sinkAddress = sockaddr_in()
  private var fileNumber = 0

  /// - Parameters:
  ///   - log: a log file to append to.
  ///   - folder: files are written here, of 100 names.
  init(log: String, folder: String) throws {
    self.log = log
    self.folder = folder
    sink = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    sender = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    logFile = open(log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    sinkAddress.sin_family = sa_family_t(AF_INET)
    sinkAddress.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &sinkAddress) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(sink, $0, length) == 0 && getsockname(sink, $0, &length) == 0
      }
    }
    guard sink >= 0, sender >= 0, logFile >= 0, bound else {
      throw CordonError(.unavailable, "bench-load", "The sockets and files of the load cannot be made.")
    }
  }

  deinit { for descriptor in [sink, sender, logFile] { close(descriptor) } }

  /// Makes events at a rate for some seconds; returns when the last is made, later where the machine is too slow.
  func run(rate: Int, seconds: Int) async throws {
    let start = ContinuousClock.now
    let batch = max(10, rate / Self.batchesASecond)
    var done = 0
    while done < rate * seconds {
      for number in 0..<batch { make(number % 10) }
      done += batch
      let due = start + .seconds(1) * done / rate
      if due > .now { try await ContinuousClock().sleep(until: due) }
    }
  }

  private func make(_ kind: Int) {
    switch kind {
    case 0..<6: if connectAndSend() { made.connections += 1 }
    case 6..<8: if write(logFile, line, line.count) == line.count { made.lines += 1 }
    default: if writeFile() { made.files += 1 }
    }
  }

  private func connectAndSend() -> Bool {
    var one: UInt8 = 1
    let connected = withUnsafePointer(to: &sinkAddress) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(sender, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard connected, send(sender, &one, 1, 0) == 1 else { return false }
    return recv(sink, &one, 1, Int32(MSG_DONTWAIT)) == 1
  }

  private func writeFile() -> Bool {
    fileNumber = (fileNumber + 1) % 100
    let file = open("\(folder)/note-\(fileNumber).txt", O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard file >= 0 else { return false }
    defer { close(file) }
    return write(file, line, line.count) == line.count
  }
}
