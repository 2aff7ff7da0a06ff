extension Policy {
  /// Logs of other programs and machines, which a gateway reads.
  package struct Logs: Hashable, Sendable {
    /// Files that one sensor follows.
    package struct Followed: Hashable, Sendable {
      package var isEnabled = false
      /// Absolute files and folders.
      package var paths: [String] = []

      package init() {}
    }

    package var windows = Followed()
    /// Computers whose names leave in clear; `*` at either end stands for anything.
    package var windowsComputers: [String] = []
    package var zeek = Followed()
    package var suricata = Followed()
    package var mappings: [RecordMapping] = []

    package init() {}

    /// Whether a computer's name may leave as it is.
    package func isListed(_ computer: String) -> Bool {
      windowsComputers.contains { EdgePattern.matches(computer, $0) }
    }
  }
}
