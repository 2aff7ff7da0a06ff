import CLinux
import CordonContainment
package import CordonCore
import Glibc

/// What the worker gives up before it reads the first hostile byte: root, every capability, and the system calls that a
/// parser never needs.
package enum WorkerConfinement {
  private static let command = "worker"
  private static let option = "--account"

  /// What the keeper starts a worker with, beside the command itself.
  package static func arguments(account: String) -> [String] { [option, account] }

  /// Confines the process where its arguments make it a worker; call it before anything asynchronous runs.
  package static func enterIfWorker(_ arguments: [String]) throws(CordonError) {
    guard arguments.first == command else { return }
    let account = arguments.firstIndex(of: option).flatMap { $0 + 1 < arguments.count ? arguments[$0 + 1] : nil }
    try enter(account: account ?? "")
  }

  /// Becomes an account without rights, for good and in every thread, and proves it from /proc.
  ///
  /// The main thread of a program that awaits is parked as if it had ended, and keeps what it had: the proof then fails.
  ///
  /// Codes: `worker-account` where there is no such account or it is root; `confinement` where the kernel refuses.
  package static func enter(account: String) throws(CordonError) {
    guard let ids = AgentFolders.ids(of: account), ids.user != 0 else {
      throw CordonError(
        .invalid, "worker-account", "The worker's account \(account) does not exist, or is root.",
        remedy: "Make it with `useradd --system --no-create-home \(account)`, or name another in CORDON_USER.")
    }
    if getuid() == 0 { try demand(cordon_become(ids.user, ids.group), "change the account") }
    try demand(cordon_drop_capabilities(), "give up capabilities")
    try demand(cordon_filter_system_calls(), "filter system calls")
    try prove()
  }

  /// Reads back what the kernel says of every thread; `confinement` where one has more than it should.
  package static func prove() throws(CordonError) {
    for thread in KernelFile.names(in: "/proc/self/task") ?? ["self"] {
      // A thread may end while it is looked at.
      guard let status = KernelFile.text("/proc/self/task/\(thread)/status") else { continue }
      var facts: [Substring: Substring] = [:]
      for line in status.split(separator: "\n") {
        let parts = line.split(separator: ":", maxSplits: 1)
        if parts.count == 2 { facts[parts[0]] = parts[1].drop { $0 == "\t" || $0 == " " } }
      }
      let hasNone = ["CapPrm", "CapEff", "CapInh", "CapAmb"].allSatisfy { name in
        facts[Substring(name)]?.allSatisfy { $0 == "0" } == true
      }
      guard hasNone, facts["NoNewPrivs"] == "1", facts["Seccomp"] == "2", facts["Uid"]?.hasPrefix("0\t") == false else {
        throw failure("the kernel does not show every thread as confined")
      }
    }
  }

  private static func demand(_ outcome: Int32, _ what: String) throws(CordonError) {
    guard outcome == 0 else { throw failure("it could not \(what): \(String(cString: strerror(-outcome)))") }
  }

  private static func failure(_ why: String) -> CordonError {
    CordonError(
      .unavailable, "confinement", "The worker does not start unconfined, and \(why).",
      remedy: "It needs a Linux kernel with seccomp filters, and to be started by the agent as root.")
  }
}
