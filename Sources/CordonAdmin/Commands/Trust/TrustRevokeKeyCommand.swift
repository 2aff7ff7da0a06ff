import ArgumentParser
import CordonCore
import CordonTrust

struct TrustRevokeKeyCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke-key", abstract: "Have every program of the site refuse a certificate's key, for good.",
    discussion: """
      For keys that no other list reaches, such as a stolen collector's: agents refuse it as well. An agent or operator \
      is revoked with cordon agent revoke, cordon operator revoke.

      Examples:
        cordon trust revoke-key 9d3c…(64 digits)
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "SHA-256 of the key's subject public key info, 64 hexadecimal digits.") var digest: String
  @Option(help: ArgumentHelp("Write it here for other root holders instead of submitting it.", valueName: "file"))
  var out: String?

  func run(in session: AdminSession) async throws -> Report {
    guard let bytes = Hex.decode(digest.lowercased()), let key = KeyDigest(bytes: bytes) else {
      throw CordonError(
        .invalid, "key-digest", "\(digest.prefix(80)) is not 64 hexadecimal digits.",
        remedy: "openssl x509 -pubkey -noout -in cert.pem | openssl pkey -pubin -outform der | sha256sum")
    }
    var next = try await TrustInForce.of(session)
    next.serial += 1
    next.revokedKeys.insert(key)
    return try await TrustOutput(out: out).deliver(next, in: session)
  }
}
