import CordonCore
import CordonTrust
import Glibc

/// An operator's folder (mode 0700): who they are, their keys, and the site's roots where they hold them.
struct OperatorHome: Sendable {
  let path: String
  let environment: AdminEnvironment

  /// From `--home`, else `CORDON_HOME`, else `~/.config/cordon`.
  init(_ stated: String?, in environment: AdminEnvironment) throws(CordonError) {
    self.environment = environment
    if let stated = stated ?? environment.variables["CORDON_HOME"], !stated.isEmpty {
      path = stated
    } else if let base = environment.variables["XDG_CONFIG_HOME"], base.hasPrefix("/") {
      path = "\(base)/cordon"
    } else if let base = environment.variables["HOME"], !base.isEmpty {
      path = "\(base)/.config/cordon"
    } else {
      throw CordonError(
        .missing, "no-home", "Neither HOME nor CORDON_HOME is set.", remedy: "Name a folder with --home.")
    }
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Makes the folder with its parents, mode 0700; one that is there already stays, and must belong to nobody else.
  func make() throws(CordonError) {
    var sofar = ""
    for part in path.split(separator: "/", omittingEmptySubsequences: false) {
      sofar += part.isEmpty && sofar.isEmpty ? "" : (sofar.isEmpty && !path.hasPrefix("/") ? "\(part)" : "/\(part)")
      guard !sofar.isEmpty, !part.isEmpty else { continue }
      guard mkdir(sofar, 0o700) == 0 || errno == EEXIST else { throw FileInput.failure("make", sofar) }
    }
    var facts = stat()
    guard stat(path, &facts) == 0 else { throw FileInput.failure("inspect", path) }
    guard facts.st_mode & S_IFMT == S_IFDIR else {
      throw CordonError(.conflict, "exists", "\(path) is there, but is not a folder.")
    }
    guard facts.st_mode & 0o022 == 0 else {
      throw CordonError(.denied, "exposed", "\(path) can be written by others.", remedy: "chmod 700 \(path)")
    }
  }

  func exists(_ name: String) -> Bool { access(file(name), F_OK) == 0 }

  func site() throws(CordonError) -> SiteFile { try SiteFile.load(from: file(SiteFile.name), in: environment) }

  /// Everything that a connection to the collector needs.
  func collectorAccess() throws(CordonError) -> CollectorAccess {
    let site = try site()
    let address = try CollectorAddress(site.collector)
    let roots = try trustedRoots()
    return CollectorAccess(
      host: address.host, port: address.port,
      trust: try TrustStore(domain: try TrustDomain(site.trustDomain), roots: roots.certificates),
      chain: try CertificateChain.load(from: file(SiteFiles.identityChain(site.operatorName))),
      key: try IdentityKey.load(from: file(SiteFiles.identityKey(site.operatorName))))
  }

  /// CA roots that are trusted: the published trust bundle's, else the one that the site was founded with.
  func trustedRoots() throws(CordonError) -> CertificateChain {
    try CertificateChain.load(
      from: file(exists(SiteFiles.trustedRoots) ? SiteFiles.trustedRoots : SiteFiles.certificateRoot))
  }

  /// The trust bundle that this home follows; nil before the first.
  func trust() throws(CordonError) -> TrustBundle? {
    guard exists(SiteFiles.trust) else { return nil }
    let bytes = try PrivateFile.read(file(SiteFiles.trust), most: 2 << 20)
    return try TrustBundle(payload: try Envelope(serialized: bytes).payload)
  }

  /// Follows a newer trust bundle.
  func keep(trust envelope: Envelope) throws(CordonError) {
    let bundle = try TrustBundle(payload: envelope.payload)
    try CertificateChain(bundle.roots).save(to: file(SiteFiles.trustedRoots))
    // Last: the serial moves on only once the roots are there.
    try PrivateFile.replace(file(SiteFiles.trust), holding: try envelope.serialized())
  }

  /// The operator's own key for policies and commands.
  func authorityKey() throws(CordonError) -> AuthoritySigningKey {
    try AuthoritySigningKey.load(from: file(SiteFiles.authorityKey(try site().operatorName)))
  }

  /// The newest roster that this home knows, checked against itself.
  func roster() throws(CordonError) -> (roster: Roster, envelope: Envelope) {
    let bytes = try PrivateFile.read(file(SiteFiles.roster), most: 2 << 20)
    let envelope = try Envelope(serialized: bytes)
    return (try EnvelopeVerifier.bootstrap(envelope), envelope)
  }

  /// Keeps a newer roster.
  func keep(roster envelope: Envelope) throws(CordonError) {
    try PrivateFile.replace(file(SiteFiles.roster), holding: try envelope.serialized())
  }

  /// The site's root keys in this home: files `root-*.key`, in the order of their names.
  func rootKeys() throws(CordonError) -> [AuthoritySigningKey] {
    var names: [String] = []
    guard let folder = opendir(path) else { throw FileInput.failure("list", path) }
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if name.hasPrefix("root-"), name.hasSuffix(".key") { names.append(name) }
    }
    closedir(folder)
    var keys: [AuthoritySigningKey] = []
    for name in names.sorted() { keys.append(try AuthoritySigningKey.load(from: file(name))) }
    return keys
  }
}
