import CordonCore
import CordonRuntime
import CordonTestSupport
import CordonTrust
import Glibc
import Testing

/// A resumed TLS session skips certificates and so the verifier: it must not get through.
///
/// Skips where the openssl command is missing, because the client of our own library never resumes.
@Suite(.serialized, .timeLimit(.minutes(1)), .enabled(if: access("/usr/bin/openssl", X_OK) == 0))
struct SessionResumptionTests {
  @Test func aResumedSessionIsRefused() async throws {
    try await withTemporaryFolder { folder in
      try await LoopbackServer.run { server in
        let agent = try server.site.agent().current
        try agent.key.save(to: folder + "/key")
        try agent.chain.save(to: folder + "/chain")
        let connect =
          "sleep 0.5 | openssl s_client -connect \(server.endpoint) -cert \(folder)/chain -cert_chain \(folder)/chain"
          + " -key \(folder)/key -alpn h2 -ign_eof"
        // The first handshake is whole: the peer is known while the connection is open.
        let first = try spawn("timeout 5 sh -c '\(connect) -sess_out \(folder)/session' >\(folder)/first 2>&1")
        #expect(await until { server.registry.count == 1 })
        #expect(await until { hasEnded(first) })
        #expect(access(folder + "/session", R_OK) == 0)
        #expect(server.refusals.all.isEmpty)

        let second = try spawn("timeout 5 sh -c '\(connect) -sess_in \(folder)/session' >\(folder)/second 2>&1")
        #expect(await server.refusals.contains("certificate-missing"))
        #expect(await until { hasEnded(second) })
        let said = String(decoding: try PrivateFile.read(folder + "/second", most: 1 << 16), as: UTF8.self)
        #expect(said.contains("Reused"), "the client did not resume, so nothing was shown:\n\(said)")
      }
    }
  }

  private func spawn(_ command: String) throws -> pid_t {
    // What the command writes must be private, as all that PrivateFile reads.
    let words = ["/bin/sh", "-c", "umask 077; " + command]
    let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var child: pid_t = 0
    let result = posix_spawn(&child, "/bin/sh", nil, nil, arguments, environ)
    try #require(result == 0)
    return child
  }

  private func hasEnded(_ child: pid_t) -> Bool { waitpid(child, nil, WNOHANG) != 0 }
}
