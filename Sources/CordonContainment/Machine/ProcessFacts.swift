/// What the kernel says of a process, as far as containment asks.
package struct ProcessFacts: Hashable, Sendable {
  package var pid: UInt32
  package var parent: UInt32
  /// Field 6: the POSIX session, which a daemon leaves.
  package var session: Int32
  /// Field 22 of /proc/PID/stat.
  package var startTicks: UInt64
  /// Field 3: `R`, `S`, `T`, `Z`, …
  package var state: UInt8
  package var isKernelThread: Bool
  /// What /proc/PID/exe links to, without the kernel's ` (deleted)`; empty where it cannot be read.
  package var executable: String

  package init(
    pid: UInt32, parent: UInt32, startTicks: UInt64, state: UInt8 = UInt8(ascii: "S"), isKernelThread: Bool = false,
    executable: String = "", session: Int32 = 0
  ) {
    self.pid = pid
    self.parent = parent
    self.session = session
    self.startTicks = startTicks
    self.state = state
    self.isKernelThread = isKernelThread
    self.executable = executable
  }

  package var isStopped: Bool { state == UInt8(ascii: "T") || state == UInt8(ascii: "t") }
  /// Stopped; or held by the kernel in vfork (state D) until a child, which is stopped itself, has executed its program.
  ///
  /// A shell that starts a program waits so. Where the signal reached the child before that, the parent takes its own only
  /// when the child goes on, and runs nothing until then.
  package func isHeld(among tree: [ProcessFacts]) -> Bool {
    isStopped || state == UInt8(ascii: "D") && tree.contains { $0.parent == pid && $0.isStopped }
  }
  /// Ended, but not yet collected by its parent.
  package var isDead: Bool { state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") }

  /// From the text of /proc/PID/stat; the name in parentheses may hold anything, parentheses too.
  package init?(stat: String) {
    guard let open = stat.firstIndex(of: "("), let end = stat.lastIndex(of: ")"), open < end,
      let pid = UInt32(stat[..<open].filter { $0 != " " })
    else { return nil }
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count >= 20, let state = fields[0].utf8.first, let parent = UInt32(fields[1]),
      let session = Int32(fields[3]), let flags = UInt64(fields[6]), let ticks = UInt64(fields[19])
    else { return nil }
    self.init(
      pid: pid, parent: parent, startTicks: ticks, state: state, isKernelThread: flags & Self.kernelThreadFlag != 0,
      session: session)
  }

  private static let kernelThreadFlag: UInt64 = 0x0020_0000
}
