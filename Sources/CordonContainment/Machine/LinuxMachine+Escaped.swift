import CLinux
import CordonCore
import Glibc

extension LinuxMachine {
  /// Descendants that left the tree: a daemon that forked twice is a child of PID 1, or of a session's subreaper.
  ///
  /// Two ways of knowing. Kin that the watcher saw below the process when it started are taken where they are still the
  /// same process, started after the root, and are of its login. A fork that never executed anything else left no such
  /// trace, but still is the same program with the same arguments: it is taken where it also started after the root and
  /// has lost its parent. Cost: one look at each living process's stat, and at four more files of the few that fit.
  package func escaped(from root: ProcessFacts) -> [ProcessFacts] {
    guard root.pid > 2, let own = Traits(of: root.pid) else { return [] }
    let reference = ProcessRef(pid: root.pid, startTicks: root.startTicks, bootID: bootID)
    let hints = kin.kin(of: reference).reduce(into: [UInt32: Timestamp]()) { hints, kin in
      hints[kin.pid] = max(kin.seen, hints[kin.pid] ?? kin.seen)
    }
    let all = processes()
    let adopters = Self.ancestors(of: root, among: all)
    return all.compactMap { facts -> ProcessFacts? in
      guard facts.pid != root.pid, facts.startTicks >= root.startTicks, !facts.isDead, !facts.isKernelThread,
        facts.parent != root.pid
      else { return nil }
      let isHinted = hints[facts.pid].map { started(facts) <= $0.advanced(by: Self.clockSlack) } ?? false
      let isOrphan = adopters.contains(facts.parent)
      guard isHinted || isOrphan, let traits = Traits(of: facts.pid), traits.isOfLogin(own) else { return nil }
      guard isHinted || (isOrphan && traits.isFork(of: own) && facts.session != root.session) else { return nil }
      return process(facts.pid).flatMap { $0.startTicks == facts.startTicks ? $0 : nil }
    }
  }

  /// Who may have adopted an orphan of the root's: PID 1, or a subreaper, which then is above the root as well.
  private static func ancestors(of root: ProcessFacts, among all: [ProcessFacts]) -> Set<UInt32> {
    let parents = Dictionary(all.map { ($0.pid, $0.parent) }) { first, _ in first }
    var ancestors: Set<UInt32> = [1]
    var next = root.parent
    while next > 1, ancestors.insert(next).inserted { next = parents[next] ?? 0 }
    return ancestors
  }

  /// The kernel counts starts in ticks, and the wall clock may have been set meanwhile.
  private static let clockSlack: Duration = .seconds(2)

  private func started(_ facts: ProcessFacts) -> Timestamp {
    var (wall, boot) = (timespec(), timespec())
    clock_gettime(CLOCK_REALTIME, &wall)
    clock_gettime(CLOCK_BOOTTIME, &boot)
    let bootedAt = (wall.tv_sec - boot.tv_sec) * 1000 + (wall.tv_nsec - boot.tv_nsec) / 1_000_000
    return Timestamp(
      milliseconds: Int64(bootedAt) + Int64(facts.startTicks) * 1000 / Int64(sysconf(Int32(_SC_CLK_TCK))))
  }

  /// What a fork inherits, as far as /proc tells it.
  private struct Traits {
    /// The audit session: given at login, inherited, and never changed; nil for a process that no login began.
    let login: String?
    let user: Substring?
    let group: String?
    let executable: String?
    let arguments: [UInt8]

    /// Nil where the process is gone.
    init?(of pid: UInt32) {
      guard let status = KernelFile.text("/proc/\(pid)/status", limit: 8192) else { return nil }
      let session = KernelFile.text("/proc/\(pid)/sessionid", limit: 32)
      login = session == "\(UInt32.max)" ? nil : session
      user = status.split(separator: "\n").first { $0.hasPrefix("Uid:") }
      group = KernelFile.text("/proc/\(pid)/cgroup", limit: 16_384)
      executable = KernelFile.link("/proc/\(pid)/exe")
      arguments = KernelFile.read("/proc/\(pid)/cmdline", limit: 65_536) ?? []
    }

    /// Began with the same login; outside of any, by the same user in the same control group.
    func isOfLogin(_ root: Traits) -> Bool {
      guard let login, let other = root.login else {
        return self.login == nil && root.login == nil && user == root.user && group == root.group
      }
      return login == other
    }

    /// Runs the same program with the same arguments for the same user.
    func isFork(of root: Traits) -> Bool {
      executable != nil && executable == root.executable && !arguments.isEmpty && arguments == root.arguments
        && user == root.user
    }
  }
}
