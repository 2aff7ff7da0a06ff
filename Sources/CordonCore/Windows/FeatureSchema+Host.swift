// Ids are permanent: a feature that changes its meaning gets a new id, and the old one is never used again.

extension FeatureSchema {
  /// What one machine does in one window, from the sources of the host family.
  package static let hostAtHost = FeatureSchema(
    id: 1, name: "host@host", entity: .host, family: .host, features: machine + data(from: 134) + [dataUsers],
    firstFeatures: 16)

  /// What one user does on one machine in one window; parts merge on the collector.
  package static let userAtHost = FeatureSchema(
    id: 2, name: "user@host", entity: .user, family: .host, features: person + data(from: 221) + [newData],
    firstFeatures: 12)

  /// What the audit of databases, file shares and directories tells, the same of a machine and of a user.
  private static func data(from id: UInt32) -> [FeatureDefinition] {
    [
      .init(id, "data_reads", unit: "count", .log1p, .sum, "reads of tables, shared files and directory entries"),
      .init(id + 1, "data_writes", unit: "count", .log1p, .sum, "writes to tables, shared files and directory entries"),
      .init(id + 2, "data_removals", unit: "count", .log1p, .sum, "rows, shared files and directory entries removed"),
      .init(
        id + 3, "data_administration", unit: "count", .log1p, .sum,
        "changes of a database's structure, accounts and rights"),
      .init(id + 4, "data_rows", unit: "count", .log1p, .sum, "rows and entries given out or changed, where told"),
      .init(id + 5, "failed_data_accesses", unit: "count", .log1p, .sum, "uses of data that were refused"),
      .init(
        id + 6, "distinct_data_objects", unit: "count", .log1p, .union,
        "different tables, shared files and directory entries used"),
    ]
  }

  private static let machine: [FeatureDefinition] = [
    .init(101, "process_starts", unit: "count", .log1p, .sum, "processes started"),
    .init(102, "distinct_executables", unit: "count", .log1p, .union, "different executables started"),
    .init(103, "failed_starts", unit: "count", .log1p, .sum, "process starts that failed"),
    .init(104, "connects", unit: "count", .log1p, .sum, "connections tried to other machines"),
    .init(105, "failed_connects", unit: "count", .log1p, .sum, "connections to other machines that failed"),
    .init(106, "distinct_peers", unit: "count", .log1p, .union, "different peer addresses"),
    .init(107, "distinct_peer_ports", unit: "count", .log1p, .union, "different peer ports"),
    .init(108, "privilege_changes", unit: "count", .log1p, .sum, "changes of user or group id"),
    .init(109, "module_loads", unit: "count", .log1p, .sum, "kernel modules loaded or removed"),
    .init(110, "files_written", unit: "count", .log1p, .sum, "files written and closed"),
    .init(111, "files_renamed", unit: "count", .log1p, .sum, "files renamed"),
    .init(112, "files_deleted", unit: "count", .log1p, .sum, "files deleted"),
    .init(113, "extension_changes", unit: "count", .log1p, .sum, "renames that changed the extension"),
    .init(
      114, "write_entropy_most", unit: "bits a byte", .identity, .max, "highest sampled entropy of a file written"),
    .init(
      115, "high_entropy_writes", unit: "count", .log1p, .sum,
      "files written whose sampled entropy passes 7.2 bits a byte, of no format that is dense by design"),
    .init(116, "audit_losses", unit: "count", .log1p, .sum, "records that the kernel or a sensor dropped"),
    .init(117, "logons", unit: "count", .log1p, .sum, "log-ons that succeeded"),
    .init(118, "failed_logons", unit: "count", .log1p, .sum, "log-ons that failed"),
    .init(119, "distinct_logon_users", unit: "count", .log1p, .union, "different accounts that logged on"),
    .init(
      120, "distinct_logon_sources", unit: "count", .log1p, .union,
      "different machines from which a log-on was tried"),
    .init(
      121, "new_logon_sources", unit: "count", .log1p, .union,
      "different machines from which somebody logged on for the first time, as far as the agent remembers"),
    .init(122, "privilege_uses", unit: "count", .log1p, .sum, "uses of another account's rights, by sudo and su"),
    .init(
      123, "failed_privilege_uses", unit: "count", .log1p, .sum, "uses of another account's rights that failed"),
    .init(
      124, "listening_ports", unit: "count", .log1p, .max, "most ports listened on at one time, where one was opened"),
    .init(125, "new_listening_ports", unit: "count", .log1p, .sum, "ports on which listening began"),
    .init(
      126, "persistence_changes", unit: "count", .log1p, .sum,
      "changes of what the machine starts by itself, or whom it lets in"),
    .init(127, "package_changes", unit: "count", .log1p, .sum, "packages installed, upgraded or removed"),
    .init(128, "storage_attached", unit: "count", .log1p, .sum, "disks and sticks that came to the machine"),
    .init(
      129, "new_executables", unit: "count", .log1p, .union,
      "different executables started for the first time, as far as the agent remembers"),
    .init(
      130, "process_accesses", unit: "count", .log1p, .sum,
      "attachments to another process, writings into its memory, descriptors taken out of it"),
    .init(
      131, "kernel_interfaces", unit: "count", .log1p, .sum,
      "BPF programs loaded, io_uring, userfaultfd and performance counters opened"),
    .init(
      132, "isolation_changes", unit: "count", .log1p, .sum,
      "mounts and namespaces changed in people's sessions, clocks set, kernels made ready"),
    .init(133, "rights_planted", unit: "count", .log1p, .sum, "programs made to run with their owner's rights"),
  ]

  private static let person: [FeatureDefinition] = [
    .init(201, "process_starts", unit: "count", .log1p, .sum, "processes started"),
    .init(202, "distinct_executables", unit: "count", .log1p, .union, "different executables started"),
    .init(203, "connects", unit: "count", .log1p, .sum, "connections tried to other machines"),
    .init(204, "failed_connects", unit: "count", .log1p, .sum, "connections to other machines that failed"),
    .init(205, "distinct_peers", unit: "count", .log1p, .union, "different peer addresses"),
    .init(206, "privilege_changes", unit: "count", .log1p, .sum, "changes of user or group id"),
    .init(207, "files_written", unit: "count", .log1p, .sum, "files written and closed"),
    .init(208, "files_renamed", unit: "count", .log1p, .sum, "files renamed"),
    .init(209, "files_deleted", unit: "count", .log1p, .sum, "files deleted"),
    .init(
      210, "high_entropy_writes", unit: "count", .log1p, .sum,
      "files written whose sampled entropy passes 7.2 bits a byte, of no format that is dense by design"),
    .init(211, "distinct_hosts", unit: "count", .log1p, .union, "different hosts on which the user was active"),
    .init(212, "failures", unit: "count", .log1p, .sum, "operations that failed"),
    .init(213, "logons", unit: "count", .log1p, .sum, "log-ons that succeeded"),
    .init(214, "failed_logons", unit: "count", .log1p, .sum, "log-ons that failed"),
    .init(
      215, "distinct_logon_sources", unit: "count", .log1p, .union,
      "different machines from which a log-on was tried"),
    .init(
      216, "new_logon_sources", unit: "count", .log1p, .union,
      "different machines from which the user logged on to this one for the first time, as far as it remembers"),
    .init(217, "privilege_uses", unit: "count", .log1p, .sum, "uses of another account's rights, by sudo and su"),
    .init(
      218, "failed_privilege_uses", unit: "count", .log1p, .sum, "uses of another account's rights that failed"),
    .init(
      219, "new_executables", unit: "count", .log1p, .union,
      "different executables that the user started on this machine for the first time, as far as it remembers"),
    .init(
      220, "sensitive_calls", unit: "count", .log1p, .sum,
      "system calls that attacks need and every day's work does not: on other processes, kernel interfaces, mounts, "
        + "rights, clocks"),
  ]

  private static let dataUsers = FeatureDefinition(
    141, "distinct_data_users", unit: "count", .log1p, .union, "different accounts that used a server's data")

  private static let newData = FeatureDefinition(
    228, "new_data_objects", unit: "count", .log1p, .union,
    "different tables, files and entries that the user had not used before, as far as the agent remembers")
}
