package import CordonCore

/// What an agent reads from `/etc/cordon/agent.conf` and the environment: lines and variables `CORDON_KEY=value`.
///
/// | key | default | meaning |
/// |---|---|---|
/// | COLLECTOR | - | the collector's Uplink address, HOST:PORT |
/// | ENROLMENT | - | its enrolment address, HOST:PORT |
/// | BUNDLE | /etc/cordon/site.bundle | what `cordon site bundle` wrote, root-only |
/// | STATE | /var/lib/cordon-agent | the agent's own folder |
/// | RUN | /run/cordon-agent | folder of the control socket |
/// | USER | cordon-agent | the account that the worker becomes |
/// | LOG_LEVEL | info | trace, debug, info, notice, warning, error |
package struct AgentConfig: Hashable, Sendable {
  package var collector: String
  package var enrolment: String
  package var bundle: String
  package var state: String
  package var run: String
  package var user: String
  package var logLevel: String
  /// The file that was named; nil for the usual one. The worker is started with the same.
  package var file: String?
  /// A recording that is read in place of this machine's own sensors; given on the command line alone.
  package var recording: String?
  /// Who the numbers of users in the recording are, as `getent passwd` prints it; given on the command line alone.
  package var accounts: String?

  package static let usualFile = "/etc/cordon/agent.conf"

  /// From a lookup of upper-case keys; an empty value counts as absent.
  package init(_ value: (String) -> String?) {
    func text(_ key: String, _ usual: String) -> String {
      guard let found = value(key), !found.isEmpty else { return usual }
      return found
    }
    collector = text("COLLECTOR", "")
    enrolment = text("ENROLMENT", "")
    bundle = text("BUNDLE", "/etc/cordon/site.bundle")
    state = text("STATE", "/var/lib/cordon-agent")
    run = text("RUN", "/run/cordon-agent")
    user = text("USER", "cordon-agent")
    logLevel = text("LOG_LEVEL", "info")
  }

  /// An address that a command cannot do without.
  package func required(_ key: String, _ value: String) throws(CordonError) -> String {
    guard !value.isEmpty else {
      throw CordonError(
        .invalid, "configuration", "No \(key) is configured.",
        remedy: "Write CORDON_\(key)=HOST:PORT into \(Self.usualFile), or set it in the environment.")
    }
    return value
  }

  package var paths: AgentPaths { AgentPaths(state: state, run: run) }
}

/// Where an agent keeps what: the keeper's part is root's, the worker's part is the worker's account's.
package struct AgentPaths: Hashable, Sendable {
  /// Root, mode 0700: roster, policy, trust and offer envelopes, the journal of held actions, planted canaries.
  package let keeper: String
  /// The worker's account, mode 0700: the identity and the spool.
  package let worker: String
  /// Root, mode 0600: `cordon-agent status` and `release` speak here.
  package let controlSocket: String
  /// Every account may connect; the policy says whom the agent listens to.
  package let sensorSocket: String

  package init(state: String, run: String) {
    keeper = "\(state)/keeper"
    worker = "\(state)/worker"
    controlSocket = "\(run)/control.sock"
    sensorSocket = "\(run)/sensor.sock"
  }

  package var identity: String { "\(worker)/identity" }
  package var identityChain: String { "\(identity)/\(AgentIdentity.Files.chain)" }
  package var spool: String { "\(worker)/spool.sqlite" }
  /// What behaviour learned, and the models in use.
  package var behaviour: String { "\(worker)/behaviour.sqlite" }
  package var roster: String { "\(keeper)/roster.envelope" }
  package var policy: String { "\(keeper)/policy.envelope" }
  /// The newest model offer of each schema.
  package var offers: String { "\(keeper)/offers" }
  package var trust: String { "\(keeper)/trust.envelope" }
  package var journal: String { "\(keeper)/journal" }
  /// How the kernel's audit system was set before.
  package var auditBefore: String { "\(keeper)/audit.before" }
  /// How far the health record's audit trails have been read.
  package var trailPositions: String { "\(keeper)/trail.positions" }
  /// How far a sensor of logs has read them.
  package func logPositions(_ sensor: String) -> String { "\(keeper)/\(sensor).positions" }
  /// What the machine started by itself, and its packages, when they were last looked at.
  package var persistenceState: String { "\(keeper)/persistence.state" }
  package var canaries: String { "\(keeper)/canaries" }
  /// 32 random bytes: the key of this agent's own pseudonyms of paths.
  package var pathKey: String { "\(keeper)/path.key" }
  /// The site's keys of names, once they were rotated.
  package var siteKeys: String { "\(keeper)/site.keys" }
}
