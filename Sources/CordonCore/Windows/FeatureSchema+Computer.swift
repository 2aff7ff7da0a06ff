// Ids are permanent: a feature that changes its meaning gets a new id, and the old one is never used again.

extension FeatureSchema {
  /// What one computer without an agent does in one window, as the logs tell that it forwards to a gateway.
  ///
  /// Told apart from `host@host`: a log tells less than an agent sees, and what is usual for one is not for the other.
  package static let deviceAtHost = FeatureSchema(
    id: 7, name: "device@host", entity: .device, family: .host,
    features: [
      .init(701, "process_starts", unit: "count", .log1p, .sum, "processes started"),
      .init(702, "distinct_executables", unit: "count", .log1p, .union, "different executables started"),
      .init(
        703, "new_executables", unit: "count", .log1p, .union,
        "different executables started there for the first time, as far as the gateway remembers"),
      .init(704, "connects", unit: "count", .log1p, .sum, "connections to other machines"),
      .init(705, "distinct_peers", unit: "count", .log1p, .union, "different peer addresses"),
      .init(706, "distinct_peer_ports", unit: "count", .log1p, .union, "different peer ports"),
      .init(
        707, "files_written", unit: "count", .log1p, .sum, "files created or overwritten, of those that are logged"),
      .init(708, "files_deleted", unit: "count", .log1p, .sum, "files deleted, of those that are logged"),
      .init(709, "logons", unit: "count", .log1p, .sum, "log-ons that succeeded"),
      .init(710, "failed_logons", unit: "count", .log1p, .sum, "log-ons that failed"),
      .init(711, "distinct_logon_users", unit: "count", .log1p, .union, "different accounts that logged on"),
      .init(
        712, "distinct_logon_sources", unit: "count", .log1p, .union,
        "different machines from which a log-on was tried"),
      .init(
        713, "new_logon_sources", unit: "count", .log1p, .union,
        "different machines from which somebody logged on for the first time, as far as the gateway remembers"),
      .init(
        714, "privilege_uses", unit: "count", .log1p, .sum, "uses of special rights or of another account's password"),
      .init(715, "persistence_changes", unit: "count", .log1p, .sum, "services and tasks installed or changed"),
      .init(716, "account_changes", unit: "count", .log1p, .sum, "accounts and groups changed"),
    ])
}
