/// A system call that work of every day hardly needs, and that attacks do.
package struct SensitiveCall: Hashable, Sendable {
  package enum Kind: UInt8, Sendable, CaseIterable {
    /// Attached to another process, wrote into its memory, or took a descriptor out of it.
    case processAccess
    /// Loaded a program into the kernel, or opened one of its interfaces that exploits go through: BPF, io_uring,
    /// userfaultfd, performance counters.
    case kernelInterface
    /// Mounted, unmounted, or entered or left a namespace, in somebody's session.
    case isolation
    /// Made a program run with its owner's rights, whoever starts it.
    case rightsPlanted
    /// Made another kernel ready to run.
    case kernelReplaced
    /// Set the clock.
    case clockSet
  }

  package var kind: Kind
  /// The short name of the process that it was done to, as the kernel keeps it, at most 16 bytes; empty where there is
  /// none. A process chooses its own: it is compared, and never leaves.
  package var target: [UInt8]
  /// The file that it was done to, raw bytes; empty where there is none or it is not known.
  package var path: [UInt8]

  package init(kind: Kind, target: [UInt8] = [], path: [UInt8] = []) {
    self.kind = kind
    self.target = target
    self.path = path
  }
}
