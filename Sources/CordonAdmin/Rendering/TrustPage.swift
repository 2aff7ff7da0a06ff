import CordonCore
import CordonTrust

/// A trust bundle: CA roots, and how many keys are revoked.
enum TrustPage {
  static func report(_ bundle: TrustBundle, agentsBehind: UInt64, at now: Timestamp) -> Report {
    var sheet = FactSheet()
    sheet.add("serial", bundle.serial == 0 ? "none published yet" : "\(bundle.serial)")
    sheet.add("revoked keys", "\(bundle.revokedKeys.count)")
    sheet.add("agents behind", "\(agentsBehind)")
    var roots = Table(["CA ROOT", "FROM", "UNTIL"], empty: "No roots.")
    let chains = bundle.rootChains
    for root in chains {
      roots.add([
        digest(root), TimeText.iso(root.notBefore),
        "\(TimeText.iso(root.notAfter)), \(TimeText.relative(root.notAfter, to: now))",
      ])
    }
    return Report(
      text: sheet.rendered + "\n" + roots.rendered,
      json: .fields([
        "serial": .unsigned(bundle.serial), "agents_behind": .unsigned(agentsBehind),
        "roots": .list(
          chains.map { root in
            .fields([
              "digest": .text(digest(root)), "not_before": .time(root.notBefore.milliseconds),
              "not_after": .time(root.notAfter.milliseconds),
            ])
          }),
        "revoked_keys": .list(bundle.revokedKeys.map(\.description).sorted().map { .text($0) }),
      ]))
  }

  /// SHA-256 of the root's public key, as people compare it.
  static func digest(_ root: CertificateChain) -> String { KeyDigest(of: root.leaf)?.description ?? "?" }
}
