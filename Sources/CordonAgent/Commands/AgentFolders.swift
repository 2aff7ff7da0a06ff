package import CordonCore
package import Glibc

/// The agent's folders, with the owners and modes that keep its two processes apart.
package enum AgentFolders {
  /// Makes what is missing; never loosens what is there.
  ///
  /// The worker's account may be missing on a machine where nothing was installed: then its folder stays root's, and
  /// the worker says so when it starts.
  package static func prepare(_ paths: AgentPaths, state: String, workerAccount: String) throws(CordonError) {
    try make(state, mode: 0o755)
    try make(paths.keeper, mode: 0o700)
    try make(paths.worker, mode: 0o700)
    try make(paths.identity, mode: 0o700)
    if let slash = paths.controlSocket.lastIndex(of: "/") {
      try make(String(paths.controlSocket[..<slash]), mode: 0o755)
    }
    try handOver(paths, to: workerAccount)
  }

  /// Gives the worker's folder, and the identity in it, to the worker's account.
  package static func handOver(_ paths: AgentPaths, to account: String) throws(CordonError) {
    guard getuid() == 0, let ids = ids(of: account) else { return }
    let identity = AgentIdentity.Files.self
    let names = [identity.facts, identity.key, identity.chain, identity.roots, identity.sealingKey]
    for path in [paths.worker, paths.identity] + names.map({ "\(paths.identity)/\($0)" }) {
      // A symbolic link here would hand over another file: `lchown` never follows one.
      guard lchown(path, ids.user, ids.group) == 0 || errno == ENOENT else {
        throw CordonError(
          .inputOutput, "folder", "Could not give \(path) to \(account): \(String(cString: strerror(errno))).")
      }
    }
  }

  /// User and group id of an account; nil where there is none of that name.
  package static func ids(of account: String) -> (user: uid_t, group: gid_t)? {
    guard let entry = getpwnam(account) else { return nil }
    return (entry.pointee.pw_uid, entry.pointee.pw_gid)
  }

  private static func make(_ path: String, mode: mode_t) throws(CordonError) {
    guard mkdir(path, mode) == 0 || errno == EEXIST else {
      throw CordonError(
        .inputOutput, "folder", "Could not make \(path): \(String(cString: strerror(errno))).",
        remedy: "Run as root, and check that the parent folder exists.")
    }
    var facts = stat()
    guard lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else {
      throw CordonError(.invalid, "folder", "\(path) is not a folder.")
    }
  }
}
