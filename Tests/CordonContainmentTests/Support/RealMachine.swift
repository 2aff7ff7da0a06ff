import CLinux
import CordonContainment
import CordonCore
import CordonTestSupport
import Glibc
import Synchronization
import Testing

/// Real processes and networks of a test's own, and what they need of the machine.
enum RealMachine {
  static var isRoot: Bool { getuid() == 0 }
  static let rootOnly: Comment = "skipped: needs root, and the right to signal, freeze and filter"

  static func machine() throws -> LinuxMachine {
    LinuxMachine(bootID: try KernelFile.bootID(), collectors: { [] })
  }

  /// Polls until a condition holds; false past the deadline.
  static func waits(_ seconds: Int = 10, for condition: () -> Bool) -> Bool {
    for _ in 0..<seconds * 100 {
      if condition() { return true }
      poll(nil, 0, 10)
    }
    return false
  }
}

/// A shell script run as a child, killed with its descendants at the end.
///
/// A thread collects it as soon as it ends: a zombie of ours would keep exit tests from seeing their own children end.
final class Child: Sendable {
  let pid: pid_t
  private let collector: pthread_t

  init(_ script: String, arguments: [String] = []) throws {
    var pid: pid_t = 0
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    // Threads of the test process block signals that a shell waits for.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
    defer { posix_spawnattr_destroy(&attributes) }
    let words = (["/bin/sh", "-c", script, "sh"] + arguments).map { strdup($0) }
    defer { words.forEach { free($0) } }
    let outcome = posix_spawn(&pid, "/bin/sh", nil, &attributes, words + [nil], environ)
    try #require(outcome == 0)
    self.pid = pid
    var thread = pthread_t()
    let started = pthread_create(
      &thread, nil,
      { argument in
        waitpid(pid_t(Int(bitPattern: argument)), nil, 0)
        return nil
      }, UnsafeMutableRawPointer(bitPattern: Int(pid)))
    try #require(started == 0)
    collector = thread
  }

  func reference(_ machine: any Machine) throws -> ProcessRef {
    let facts = try #require(machine.process(UInt32(pid)))
    return ProcessRef(pid: facts.pid, startTicks: facts.startTicks, bootID: machine.bootID)
  }

  /// Ends the process group, and waits until the child is collected.
  func end() {
    kill(-pid, SIGKILL)
    pthread_join(collector, nil)
  }
}

/// How far a counter that a child keeps in a file has come: the file's size.
func counter(_ path: String) -> Int {
  var facts = stat()
  return stat(path, &facts) == 0 ? Int(facts.st_size) : 0
}

/// Two network namespaces joined by a veth: `host` stands for this machine, `peer` for one outside of it.
struct TestNetwork {
  let name: String
  static let hostAddress = "10.231.77.1"
  static let peerAddress = "10.231.77.2"
  static let bystander = "10.231.77.3"
  static let hostAddress6 = "fd77:231::1"
  static let peerAddress6 = "fd77:231::2"

  var host: String { name + "h" }
  var peer: String { name + "p" }

  static func with<Result>(_ body: (TestNetwork) throws -> Result) throws -> Result {
    let network = TestNetwork(name: "cdn\(getpid())x\(UInt16.random(in: 0...9999))")
    defer { for space in [network.host, network.peer] { _ = try? ip(["netns", "del", space]) } }
    for space in [network.host, network.peer] {
      try ip(["netns", "add", space])
      try ip(["-n", space, "link", "set", "lo", "up"])
    }
    try ip(["-n", network.host, "link", "add", "v0", "type", "veth", "peer", "name", "v1", "netns", network.peer])
    let ends = [
      (network.host, "v0", [hostAddress], hostAddress6), (network.peer, "v1", [peerAddress, bystander], peerAddress6),
    ]
    for (space, device, addresses, address6) in ends {
      for address in addresses { try ip(["-n", space, "addr", "add", address + "/24", "dev", device]) }
      try ip(["-n", space, "-6", "addr", "add", address6 + "/64", "dev", device, "nodad"])
      try ip(["-n", space, "link", "set", device, "up"])
    }
    return try body(network)
  }

  @discardableResult static func ip(_ arguments: [String]) throws -> String {
    let result = try Program(path: "/usr/sbin/ip").run(arguments)
    try #require(result.status == 0, "ip \(arguments.joined(separator: " ")): \(result.errors)")
    return result.output
  }

  /// Runs a body on a thread of its own inside one of the namespaces; children that it starts are in there, too.
  static func inside<Result: Sendable>(_ space: String, _ body: @escaping @Sendable () throws -> Result) throws
    -> Result
  {
    let fd = open("/run/netns/" + space, O_RDONLY | O_CLOEXEC)
    try #require(fd >= 0)
    defer { close(fd) }
    let box = ThreadBox<Result>(fd: fd, body: body)
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(box as AnyBox).toOpaque()
    let outcome = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<AnyBox>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, argument)
    try #require(outcome == 0)
    pthread_join(thread, nil)
    return try #require(box.result.withLock { $0 }).get()
  }
}

class AnyBox {
  func run() {}
}

private final class ThreadBox<Value: Sendable>: AnyBox {
  let fd: Int32
  let body: @Sendable () throws -> Value
  let result = Mutex<Result<Value, any Error>?>(nil)

  init(fd: Int32, body: @escaping @Sendable () throws -> Value) {
    self.fd = fd
    self.body = body
  }

  override func run() {
    guard cordon_enter_network(fd) == 0 else { return }
    let outcome = Result { try body() }
    result.withLock { $0 = outcome }
  }
}
