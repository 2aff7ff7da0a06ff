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
    /// Computers that have behaviour of their own, and whose names leave in clear; `*` at either end stands for anything.
    package var windowsComputers: [String] = []
    package var zeek = Followed()
    package var suricata = Followed()
    package var mappings: [RecordMapping] = []

    package init() {}
  }
}
