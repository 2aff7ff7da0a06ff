/// What the kernel's fanotify can tell of a file's names.
package enum FanotifyAbility: Int, Sendable, CaseIterable, Comparable {
  /// Before Linux 5.9: no names at all, and so nothing that could be judged.
  case none
  /// Linux 5.9 to 5.16: a rename is two events, one for each name, and says nothing of the file.
  case moves
  /// Linux 5.17 and later: a rename is one event with both names and the file.
  case renames

  package static func < (left: FanotifyAbility, right: FanotifyAbility) -> Bool { left.rawValue < right.rawValue }

  /// What people should know where the kernel is not the newest; empty for `renames`.
  var note: String {
    switch self {
    case .renames: ""
    case .moves:
      "This kernel's fanotify is older than Linux 5.17: a renamed file's content is not sampled, and its two names are "
        + "matched by process."
    case .none: "This kernel's fanotify is older than Linux 5.9 and tells no names."
    }
  }
}
