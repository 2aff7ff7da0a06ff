import CordonCore
import CordonTrust
import CordonWire

/// What is wrong with an operator's home, and with the collector as seen from here.
enum HomeCheck {
  /// A certificate that ends within this time is worth a word.
  static let certificateWarning = Duration.seconds(7 * 86_400)
  /// A roster that ends within this time is worth a word: root holders must meet to renew it.
  static let rosterWarning = Duration.seconds(30 * 86_400)
  /// Clocks further apart make commands be refused.
  static let clockTolerance = Duration.seconds(60)

  static func findings(_ home: OperatorHome) -> [Cordon_V1_Finding] {
    let now = home.environment.clock.now
    var findings: [Cordon_V1_Finding] = []
    func check(_ severity: Cordon_V1_Severity, _ body: () throws(CordonError) -> Void) {
      do { try body() } catch { findings.append(.init(error, severity)) }
    }
    check(.critical) { () throws(CordonError) in _ = try home.site() }
    guard findings.isEmpty else { return findings }
    check(.critical) { () throws(CordonError) in
      let left = try home.collectorAccess().chain.notAfter.since(now)
      guard left > .zero else {
        throw CordonError(
          .denied, "certificate-expired", "Your certificate has expired.",
          remedy: "Ask an admin for a new grant: cordon operator add with your request.")
      }
    }
    check(.low) { () throws(CordonError) in
      let chain = try home.collectorAccess().chain
      guard chain.notAfter <= now || chain.notAfter.since(now) > certificateWarning else {
        throw CordonError(
          .denied, "certificate-ends", "Your certificate ends \(TimeText.relative(chain.notAfter, to: now)).",
          remedy: "Any command that reaches the collector renews it.")
      }
    }
    findings += rosterFindings(home, at: now)
    if let roots = try? home.rootKeys(), !roots.isEmpty {
      findings.append(
        .init(
          CordonError(
            .conflict, "root-keys-here", "\(roots.count) root keys of the site are in \(home.path).",
            remedy: "Move root-*.key and ca-root.key to offline media that different people keep."), .low))
    }
    return findings
  }

  private static func rosterFindings(_ home: OperatorHome, at now: Timestamp) -> [Cordon_V1_Finding] {
    let roster: Roster
    let key: AuthoritySigningKey
    do throws(CordonError) {
      roster = try home.roster().roster
      key = try home.authorityKey()
    } catch {
      return [.init(error, .high)]
    }
    let left = roster.notAfter.since(now)
    if left <= .zero {
      let error = CordonError(
        .denied, "expired-roster", "The roster \(roster.serial) has expired: nothing new is obeyed.",
        remedy: "cordon roster renew")
      return [.init(error, .high)]
    }
    var findings: [Cordon_V1_Finding] = []
    if roster.key(key.id) == nil {
      let error = CordonError(
        .denied, "key-not-in-roster", "Your authority key \(key.id) is not in the roster \(roster.serial).",
        remedy: "Where you should sign policies or commands, have a root holder run cordon roster add-key.")
      findings.append(.init(error, .low))
    }
    if left < rosterWarning {
      let error = CordonError(
        .denied, "roster-ends", "The roster \(roster.serial) ends \(TimeText.relative(roster.notAfter, to: now)).",
        remedy: "Have enough root holders sign the next one: cordon roster renew")
      findings.append(.init(error, .medium))
    }
    return findings
  }

  static func findings(_ status: Cordon_V1_GetStatusResponse, at now: Timestamp) -> [Cordon_V1_Finding] {
    var findings = status.findings
    let difference = now.since(Timestamp(milliseconds: status.serverTimeMs))
    if difference > clockTolerance || difference < .zero - clockTolerance {
      let error = CordonError(
        .conflict, "clock",
        "This machine's clock is \(TimeText.rough(difference < .zero ? .zero - difference : difference)) off the "
          + "collector's.",
        remedy: "Let both follow the site's time server: commands outside their validity are refused.")
      findings.append(.init(error, .high))
    }
    if status.version != CordonVersion.text {
      let error = CordonError(
        .conflict, "version", "The collector runs version \(status.version), this program is \(CordonVersion.text).",
        remedy: "Update the older one: fields that a version does not know are refused.")
      findings.append(.init(error, .low))
    }
    return findings
  }
}
