import CordonCore

/// Finds what is wrong with an installation, gravest first; empty where nothing is.
package enum Doctor {
  /// A roster or CA that ends within this time needs someone now.
  package static let nearEnd: Duration = .seconds(30 * 86_400)
  /// An agent's certificate is renewed from two thirds of its 30 days; one that has this little left was not.
  package static let certificateNearEnd: Duration = .seconds(5 * 86_400)
  /// Less free space than this is near full.
  package static let leastDiskFree: UInt64 = 1 << 30
  /// A decision that waits longer for the sequencer means that it is stuck.
  package static let longestLedgerWait: Duration = .seconds(60)
  /// Findings about single agents, a kind; the rest are counted in one line.
  package static let mostPerKind = 20

  /// Everything found.
  package static func examine(_ snapshot: InstallationSnapshot) -> [Finding] {
    let found = site(snapshot) + storage(snapshot) + snapshot.perAgent()
    return found.enumerated().sorted { left, right in
      (right.element.severity, left.offset) < (left.element.severity, right.offset)
    }.map(\.element)
  }

  private static func site(_ snapshot: InstallationSnapshot) -> [Finding] {
    var found: [Finding] = []
    if let notAfter = snapshot.rosterNotAfter {
      let left = notAfter.since(snapshot.now)
      if left <= .zero {
        found.append(
          Finding(
            .critical, "roster-expired", "The roster \(snapshot.rosterSerial) has expired: agents obey nothing new.",
            remedy: "cordon roster renew, with the root holders' keys."))
      } else if left < nearEnd {
        found.append(
          Finding(
            .high, "roster-near-end", "The roster \(snapshot.rosterSerial) ends in \(days(left)).",
            remedy: "cordon roster renew, with the root holders' keys."))
      }
    } else {
      found.append(
        Finding(
          .critical, "roster-missing", "This collector has no roster: it can check no signature.",
          remedy: "cordon-collector init --grant FILE, with the file that cordon site sign-collector wrote."))
    }
    if snapshot.policySerial == 0 {
      found.append(
        Finding(
          .medium, "policy-missing", "No policy was applied: agents watch and touch nothing.",
          remedy: "cordon policy apply FILE."))
    }
    for (code, what, end, near) in [
      // The first is renewed by the collector itself, from two thirds of its 30 days on.
      (
        "collector-certificate-near-end", "The collector's certificate", snapshot.collectorCertificateNotAfter,
        certificateNearEnd
      ),
      ("intermediate-near-end", "The collector's intermediate CA", snapshot.intermediateNotAfter, nearEnd),
    ] where end.since(snapshot.now) < near {
      let left = end.since(snapshot.now)
      let isOver = left <= .zero
      found.append(
        Finding(
          isOver ? .critical : .high, code, "\(what) \(isOver ? "has expired" : "ends in \(days(left))").",
          remedy: "cordon site sign-collector collector.request again, then cordon-collector init --grant FILE."))
    }
    return found
  }

  private static func storage(_ snapshot: InstallationSnapshot) -> [Finding] {
    var found: [Finding] = []
    if let free = snapshot.diskFree, free < leastDiskFree {
      found.append(
        Finding(
          .critical, "disk-near-full", "\(free >> 20) MiB are free where the collector stores its data.",
          remedy: "Free space, or shorten retention-days in the configuration."))
    }
    if let oldest = snapshot.ledgerOldestPending, snapshot.now.since(oldest) > longestLedgerWait {
      found.append(
        Finding(
          .high, "ledger-stuck",
          "\(snapshot.ledgerPending) decisions wait for the ledger, the oldest for \(snapshot.now.since(oldest).milliseconds / 1000) s.",
          remedy: "Look for “ledger” in the collector's log; is the disk full, or the ledger key unreadable?"))
    }
    if snapshot.recordsRefused > 0 {
      found.append(
        Finding(
          .low, "records-refused", "\(snapshot.recordsRefused) records were refused since the start.",
          remedy: "Look for “refused” in the collector's log; an agent's version may not match."))
    }
    return found
  }

  private static func days(_ duration: Duration) -> String { "\(duration.milliseconds / 86_400_000) days" }
}
