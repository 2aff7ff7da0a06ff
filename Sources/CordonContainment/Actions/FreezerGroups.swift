package import CordonCore
import Glibc

/// Our corner of the cgroup v2 hierarchy: `cordon/<command>` below its mount, one frozen group a command.
package struct FreezerGroups: Sendable {
  /// Where the hierarchy is mounted.
  package let mount: String
  /// Our folder's name below it.
  package let folderName: String

  private var folder: String { mount + "/" + folderName }
  private var prefix: String { "/\(folderName)/" }

  /// The writable cgroup v2 mount whose groups can be frozen; nil where this machine has none.
  package static func find(folderName: String = "cordon") -> FreezerGroups? {
    let mounts = KernelFile.text("/proc/self/mountinfo", limit: 1 << 20) ?? ""
    for line in mounts.split(separator: "\n") {
      let halves = line.split(separator: " ")
      guard let dash = halves.firstIndex(of: "-"), dash > 4, dash + 1 < halves.count, halves[dash + 1] == "cgroup2"
      else { continue }
      let groups = FreezerGroups(mount: String(halves[4]), folderName: folderName)
      if groups.isUsable { return groups }
    }
    return nil
  }

  private var isUsable: Bool {
    mkdir(folder, 0o755)
    return access(folder + "/cgroup.freeze", W_OK) == 0
  }

  /// The group of a command, as the hierarchy names it.
  package func name(_ command: UniqueID) -> String { prefix + command.description }

  package func isOurs(_ group: String) -> Bool { group.hasPrefix(prefix) }

  /// The group that a process is in; nil where it is gone or outside of what we see.
  package func group(of pid: UInt32) -> String? {
    guard let text = KernelFile.text("/proc/\(pid)/cgroup", limit: 16_384) else { return nil }
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("0::") }) else { return nil }
    let group = String(line.dropFirst(3))
    return group.hasPrefix("/") && !group.split(separator: "/").contains("..") ? group : nil
  }

  /// Makes a frozen group, empty or not: whoever is moved in stops.
  package func makeFrozen(_ group: String) throws(CordonError) {
    let path = mount + group
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
      throw .notApplied("The control group \(group) could not be made: \(String(cString: strerror(errno))).")
    }
    let outcome = KernelFile.write("1", to: path + "/cgroup.freeze")
    guard outcome == 0 else {
      throw .notApplied("The control group \(group) could not be frozen: \(String(cString: strerror(outcome))).")
    }
  }

  /// Moves a process with its threads; false where it is gone.
  package func move(_ pid: UInt32, to group: String) throws(CordonError) -> Bool {
    let outcome = KernelFile.write(String(pid), to: mount + group + "/cgroup.procs")
    if outcome == ESRCH { return false }
    guard outcome == 0 else {
      throw .notApplied(
        "The process \(pid) could not be moved into its control group: \(String(cString: strerror(outcome))).")
    }
    return true
  }

  /// Moves a process back, or where its group is gone, into the nearest one above that will have it.
  package func moveBack(_ pid: UInt32, to group: String) throws(CordonError) {
    var group = group
    while true {
      do throws(CordonError) {
        _ = try move(pid, to: group == "/" ? "" : group)
        return
      } catch {
        guard let slash = group.lastIndex(of: "/"), group != "/" else { throw error }
        group = slash == group.startIndex ? "/" : String(group[..<slash])
      }
    }
  }

  package func exists(_ group: String) -> Bool { access(mount + group, F_OK) == 0 }

  package func members(of group: String) -> [UInt32] {
    (KernelFile.text(mount + group + "/cgroup.procs", limit: 1 << 20) ?? "").split(separator: "\n")
      .compactMap { UInt32($0) }
  }

  /// Whether the kernel reports the group as frozen, waiting for it at most that long.
  package func isFrozen(_ group: String, within patience: Duration) -> Bool {
    let fd = open(mount + group + "/cgroup.events", O_RDONLY | O_CLOEXEC)
    guard fd >= 0 else { return false }
    defer { close(fd) }
    var left = patience.milliseconds
    while true {
      var buffer = [UInt8](repeating: 0, count: 256)
      let count = pread(fd, &buffer, buffer.count, 0)
      if count > 0, String(decoding: buffer[..<count], as: UTF8.self).contains("frozen 1") { return true }
      guard left > 0 else { return false }
      // The kernel signals a change of this file; the short turns only guard against one missed before.
      var polled = pollfd(fd: fd, events: Int16(POLLPRI), revents: 0)
      poll(&polled, 1, Self.turn)
      left -= Int64(Self.turn)
    }
  }

  private static let turn: Int32 = 20

  /// Thaws and removes a group; what is still in it runs.
  package func remove(_ group: String) {
    _ = KernelFile.write("0", to: mount + group + "/cgroup.freeze")
    // A process that has just left may keep the group busy for a moment; a leftover is thawed and harmless.
    for _ in 0..<10 {
      guard rmdir(mount + group) != 0, errno == EBUSY else { return }
      poll(nil, 0, 5)
    }
  }

  /// Our groups that are there now.
  package func all() -> [String] {
    (KernelFile.names(in: folder) ?? []).filter { UniqueID($0) != nil }.map { prefix + $0 }
  }
}
