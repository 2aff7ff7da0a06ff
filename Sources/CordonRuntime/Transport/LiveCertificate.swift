import CordonTrust
import NIOCertificateReloading
import NIOSSL

/// Hands a program's current certificate to each handshake, so that a renewal needs no restart.
struct LiveCertificate: CertificateReloader {
  let identity: LiveIdentity

  var sslContextConfigurationOverride: NIOSSLContextConfigurationOverride {
    var current = NIOSSLContextConfigurationOverride()
    // Both or neither: a chain without its key would fail every handshake, so on a defect the old pair stays.
    guard let pair = try? Self.pair(of: identity.current) else { return .noChanges }
    current.certificateChain = pair.chain.map { .certificate($0) }
    current.privateKey = .privateKey(pair.key)
    return current
  }

  static func pair(of identity: LiveIdentity.Current) throws -> (chain: [NIOSSLCertificate], key: NIOSSLPrivateKey) {
    (
      try identity.chain.der.map { try NIOSSLCertificate(bytes: $0, format: .der) },
      try NIOSSLPrivateKey(bytes: identity.key.der, format: .der)
    )
  }
}
