/// What a line of an authentication log says: somebody asked to be let in, and how it ended.
package struct Authentication: Hashable, Sendable {
  /// What asked for it.
  package enum Service: UInt8, Sendable, CaseIterable {
    case ssh, sudo, su
    /// A console.
    case login
    /// A graphical log-in.
    case display
    /// Any other program that asks through PAM.
    case other
    case database, fileShare, directory
  }

  /// How somebody proved who they are, where the log says.
  package enum Method: UInt8, Sendable, CaseIterable {
    case password, publicKey, interactive, kerberos, hostBased, unknown
  }

  /// Where from.
  package enum Origin: Hashable, Sendable {
    case address(IPAddress)
    /// A host's name, as a resolver gave it: whoever owns the address chose it.
    case name(String)
  }

  package var service: Service
  package var method: Method
  package var origin: Origin?
  /// Whom somebody became, or tried to; nil where it is the actor itself.
  package var target: RawAccount?
  /// How often, where one line stands for several attempts; at least 1.
  package var attempts: UInt32
  /// The account does not exist: its name may be anything, a password typed in the wrong field too, and goes nowhere.
  package var isOfNobody: Bool

  package init(
    service: Service, method: Method = .unknown, origin: Origin? = nil, target: RawAccount? = nil, attempts: UInt32 = 1,
    isOfNobody: Bool = false
  ) {
    self.service = service
    self.method = method
    self.origin = origin
    self.target = target
    self.attempts = max(attempts, 1)
    self.isOfNobody = isOfNobody
  }
}
