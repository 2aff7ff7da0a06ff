/// System calls that matter here, whatever number an architecture gives them.
package enum AuditSyscall: Hashable, Sendable, CaseIterable {
  case exec, connect, socketCall, privilege, moduleLoad, moduleUnload

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
      switch (self, call) {
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
      case (.amd64, .socketCall), (.aarch64, .socketCall): []
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
