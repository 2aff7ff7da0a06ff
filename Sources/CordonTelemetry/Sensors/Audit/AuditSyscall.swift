/// System calls that matter here, whatever number an architecture gives them.
package enum AuditSyscall: Hashable, Sendable, CaseIterable {
  case exec, connect, socketCall, privilege, moduleLoad, moduleUnload
  /// ptrace; process_vm_writev and pidfd_getfd.
  case trace, processWrite
  /// bpf; io_uring_setup, userfaultfd and perf_event_open.
  case bpf, kernelInterface
  /// mount, umount2, move_mount, setns, unshare.
  case isolation
  /// chmod and fchmod, whose second argument is the mode; fchmodat and fchmodat2, whose third is.
  case changeMode, changeModeAt
  /// kexec_load and kexec_file_load; settimeofday and clock_settime.
  case kernelReplace, clockSet

  /// As AUDIT_ARCH_* has them.
  package enum Architecture: UInt32, Sendable, CaseIterable {
    case amd64 = 0xC000_003E
    case i386 = 0x4000_0003
    case aarch64 = 0xC000_00B7
    case arm = 0x4000_0028

    /// The architectures whose system calls this machine's kernel takes.
    package static var native: [Architecture] {
      #if arch(x86_64)
        [.amd64, .i386]
      #elseif arch(arm64)
        [.aarch64, .arm]
      #else
        []
      #endif
    }

    /// Numbers of the calls: execve, execveat; connect; socketcall; set[re[s]]uid and gid; module calls.
    package func numbers(of call: AuditSyscall) -> [UInt32] {
      if let sensitive = sensitiveNumbers[call] { return sensitive }
      return switch (self, call) {
      case (.amd64, .exec): [59, 322]
      case (.amd64, .connect): [42]
      case (.amd64, .privilege): [105, 106, 113, 114, 117, 119]
      case (.amd64, .moduleLoad): [175, 313]
      case (.amd64, .moduleUnload): [176]
      case (.i386, .exec): [11, 358]
      case (.i386, .connect): [362]
      case (.i386, .socketCall): [102]
      case (.i386, .privilege): [23, 46, 70, 71, 164, 170, 203, 204, 208, 210, 213, 214]
      case (.i386, .moduleLoad): [128, 350]
      case (.i386, .moduleUnload): [129]
      case (.aarch64, .exec): [221, 281]
      case (.aarch64, .connect): [203]
      case (.aarch64, .privilege): [143, 144, 145, 146, 147, 149]
      case (.aarch64, .moduleLoad): [105, 273]
      case (.aarch64, .moduleUnload): [106]
      case (.arm, .exec): [11, 387]
      case (.arm, .connect): [283]
      case (.arm, .socketCall): [102]
      case (.arm, .privilege): [23, 46, 70, 71, 164, 170, 203, 204, 208, 210, 213, 214]
      case (.arm, .moduleLoad): [128, 379]
      case (.arm, .moduleUnload): [129]
      default: []
      }
    }

    /// Of the calls that every day's work hardly needs.
    private var sensitiveNumbers: [AuditSyscall: [UInt32]] {
      switch self {
      case .amd64:
        [
          .trace: [101], .processWrite: [311, 438], .bpf: [321], .kernelInterface: [425, 323, 298],
          .isolation: [165, 166, 429, 308, 272], .changeMode: [90, 91], .changeModeAt: [268, 452],
          .kernelReplace: [246, 320], .clockSet: [164, 227],
        ]
      case .i386:
        [
          .trace: [26], .processWrite: [348, 438], .bpf: [357], .kernelInterface: [425, 374, 336],
          .isolation: [21, 22, 52, 429, 346, 310], .changeMode: [15, 94], .changeModeAt: [306, 452],
          .kernelReplace: [283], .clockSet: [25, 79, 264, 404],
        ]
      case .aarch64:
        [
          .trace: [117], .processWrite: [271, 438], .bpf: [280], .kernelInterface: [425, 282, 241],
          .isolation: [40, 39, 429, 268, 97], .changeMode: [52], .changeModeAt: [53, 452],
          .kernelReplace: [104, 294], .clockSet: [170, 112],
        ]
      case .arm:
        [
          .trace: [26], .processWrite: [377, 438], .bpf: [386], .kernelInterface: [425, 388, 364],
          .isolation: [21, 52, 429, 375, 337], .changeMode: [15, 94], .changeModeAt: [333, 452],
          .kernelReplace: [347, 401], .clockSet: [79, 262, 404],
        ]
      }
    }
  }

  private static let byNumber: [UInt64: AuditSyscall] = {
    var table: [UInt64: AuditSyscall] = [:]
    for architecture in Architecture.allCases {
      for call in allCases {
        for number in architecture.numbers(of: call) { table[key(architecture.rawValue, number)] = call }
      }
    }
    return table
  }()

  /// What a number means on an architecture; nil where it does not matter.
  static func classify(architecture: UInt32, number: UInt32) -> AuditSyscall? { byNumber[key(architecture, number)] }

  private static func key(_ architecture: UInt32, _ number: UInt32) -> UInt64 {
    UInt64(architecture) << 32 | UInt64(number)
  }
}
