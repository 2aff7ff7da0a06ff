import CordonCore

/// What one line of a server's audit says: somebody was let in or was not, or used something.
struct DataEvent: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case logOn
    case access(DataAccess.Act)
  }

  /// What became of a line.
  enum Reading: Hashable, Sendable {
    case event(DataEvent)
    /// Whole, and of no interest: a session's housekeeping, the server's own tables, part of a statement.
    case other
    /// Not readable as what it claims to be.
    case malformed
  }

  var kind: Kind
  var time: SyslogLine.Stamp
  var isFailure = false
  var user = ""
  /// No account has that name, so that it may be a password typed in the wrong field.
  var isOfNobody = false
  /// An address or a name; empty where the line does not say.
  var origin = ""
  var object: [UInt8] = []
  /// 0 where the line does not say.
  var rows: UInt64 = 0

  init(_ kind: Kind, at time: SyslogLine.Stamp) {
    self.kind = kind
    self.time = time
  }

  /// What it means, at the moment that its time turned out to be; nil where it says of nobody.
  func observation(at moment: Timestamp, in store: DataAccess.Store, realm: String) -> Observation? {
    guard user.utf8.count <= CanonicalName.partLimit, !user.isEmpty || kind == .logOn && isFailure else { return nil }
    let isWhole = user.contains("@") || user.contains("\\")
    let account = user.isEmpty || isOfNobody ? nil : RawAccount.name(isWhole ? user : "\(realm)\\\(user)")
    var made = Observation(
      time: moment, family: .host, source: DataSensor.name, activity: .dataAccess,
      outcome: isFailure ? .failure : .success, actor: account)
    switch kind {
    case .logOn:
      made.activity = .logOn
      made.isLogin = !isFailure
      made.object = .authentication(
        Authentication(service: store.service, method: .unknown, origin: place, isOfNobody: isOfNobody))
    case .access(let act):
      made.object = .data(
        DataAccess(store: store, act: act, object: Array(object.prefix(CanonicalName.pathLimit)), rows: rows))
    }
    return made
  }

  private var place: Authentication.Origin? {
    guard !origin.isEmpty, origin.utf8.count <= CanonicalName.partLimit else { return nil }
    return IPAddress(origin).map(Authentication.Origin.address) ?? .name(origin)
  }
}

extension DataAccess.Store {
  fileprivate var service: Authentication.Service {
    switch self {
    case .database: .database
    case .fileShare: .fileShare
    case .directory: .directory
    }
  }
}
