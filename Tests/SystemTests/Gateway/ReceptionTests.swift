import CordonCore
import CordonTestSupport
import Foundation
import Glibc
import Testing

/// Trails that come over the network, from other people's senders: util-linux's `logger`, and Python's TLS.
@Suite(
  .serialized, .timeLimit(.minutes(5)),
  .enabled(
    if: getuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/logger")
      && FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"),
    "skipped: the agent's keeper takes root, and senders are logger and openssl"))
struct ReceptionTests {
  /// Certificates of two authorities, in PEM files; the second one is a stranger's.
  private func makeCertificates(in folder: String) async throws {
    func openssl(_ arguments: String...) async throws { try await ChildProgram.run("/usr/bin/openssl", arguments) }
    for authority in ["ca", "stranger-ca"] {
      try await openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
        "/CN=\(authority)", "-keyout", "\(folder)/\(authority).key", "-out", "\(folder)/\(authority).pem")
    }
    for (name, authority) in [("gateway", "ca"), ("ehr", "ca"), ("stranger", "stranger-ca")] {
      try await openssl(
        "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(name)", "-addext",
        "subjectAltName=IP:127.0.0.1", "-keyout", "\(folder)/\(name).key", "-out", "\(folder)/\(name).request")
      try await openssl(
        "x509", "-req", "-days", "2", "-in", "\(folder)/\(name).request", "-copy_extensions", "copy", "-CA",
        "\(folder)/\(authority).pem", "-CAkey", "\(folder)/\(authority).key", "-out", "\(folder)/\(name).pem")
    }
    chmod("\(folder)/gateway.key", 0o600)
  }

  /// Sends a file's lines with Python, each as one syslog message with its length before it.
  private static let sender = """
    import socket, ssl, sys
    kind, port, path, source, folder, name = sys.argv[1:7]
    lines = [b"<85>1 - ehr - - - - " + line for line in open(path, "rb").read().splitlines()]
    raw = socket.create_connection(("127.0.0.1", int(port)), source_address=(source, 0), timeout=20)
    if kind == "tls":
        context = ssl.create_default_context(cafile=folder + "/ca.pem")
        if name: context.load_cert_chain(f"{folder}/{name}.pem", f"{folder}/{name}.key")
        try:
            raw = context.wrap_socket(raw, server_hostname="127.0.0.1")
        except (ssl.SSLError, ConnectionError) as error:
            print("refused", error); sys.exit(0)
    try:
        for line in lines: raw.sendall(str(len(line)).encode() + b" " + line)
        raw.shutdown(socket.SHUT_WR)
        while raw.recv(4096): pass
    except (ssl.SSLError, OSError) as error:
        print("refused", error)
    """

  /// Posts a file's lines, half of them one by one and half as one document, and says what was answered.
  private static let poster = """
    import http.client, ssl, sys
    port, path, folder, name = sys.argv[1:5]
    context = ssl.create_default_context(cafile=folder + "/ca.pem")
    if name: context.load_cert_chain(f"{folder}/{name}.pem", f"{folder}/{name}.key")
    lines = open(path, "rb").read().splitlines()
    half = len(lines) // 2
    try:
        connection = http.client.HTTPSConnection("127.0.0.1", int(port), context=context, timeout=20)
        answers = set()
        for body in lines[:half] + [b"\\n".join(lines[half:]), b"{\\n"]:
            connection.request("POST", "/AuditEvent", body, {"Content-Type": "application/fhir+json"})
            answer = connection.getresponse()
            answer.read()
            answers.add(answer.status)
        print(sorted(answers))
    except (ssl.SSLError, OSError, http.client.HTTPException) as error:
        print("refused", error)
    """

  private func send(
    _ kind: String, to port: Int, _ file: String, from source: String = "127.0.0.1", in folder: String,
    as name: String = ""
  ) async throws -> String {
    try await ChildProgram.run(
      "/usr/bin/python3", ["-c", Self.sender, kind, "\(port)", file, source, folder, name])
  }

  private func lines(_ count: Int, from first: Int, in folder: String) throws -> String {
    let path = "\(folder)/lines-\(first)"
    let text = (first..<(first + count)).map(GatewayAgent.access).joined()
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  @Test func `accesses that come as syslog count, by every transport, and no stranger's`() async throws {
    try await withTemporaryFolder { folder in
      try await makeCertificates(in: folder)
      let (udp, tcp) = try FreePort.pair()
      let (tls, https) = try FreePort.pair()
      let gateway = try await GatewayAgent(
        in: folder,
        ehr: """
          listen: [udp://127.0.0.1:\(udp), tcp://127.0.0.1:\(tcp), tls://127.0.0.1:\(tls), \
          https://127.0.0.1:\(https)], \
          tls_certificate: \(folder)/gateway.pem, tls_key: \(folder)/gateway.key, tls_authorities: \(folder)/ca.pem
          """)
      let listens = await within(.seconds(30)) { gateway.agent.said.contains("listener=tls://127.0.0.1:\(tls)") }
      #expect(listens, "\(gateway.agent.said.suffix(2_000))")
      let target = ["--rfc5424", "-n", "127.0.0.1", "-P"]
      try await ChildProgram.run(
        "/usr/bin/logger", target + ["\(udp)", "-d", "-f", try lines(100, from: 1_000, in: folder)])
      try await ChildProgram.run(
        "/usr/bin/logger", target + ["\(tcp)", "-T", "-f", try lines(200, from: 2_000, in: folder)])
      try await ChildProgram.run(
        "/usr/bin/logger",
        target + ["\(tcp)", "-T", "--octet-count", "-f", try lines(300, from: 3_000, in: folder)])
      let own = try await send("tls", to: tls, try lines(400, from: 4_000, in: folder), in: folder, as: "ehr")
      #expect(own.isEmpty, "\(own)")
      func post(_ file: String, as name: String) async throws -> String {
        try await ChildProgram.run("/usr/bin/python3", ["-c", Self.poster, "\(https)", file, folder, name])
      }
      let answers = try await post(try lines(100, from: 5_000, in: folder), as: "ehr")
      #expect(answers == "[201, 422]\n", "\(answers)")
      let strange = try lines(50, from: 9_000, in: folder)
      for name in ["", "stranger"] {
        let answer = try await send("tls", to: tls, strange, in: folder, as: name)
        #expect(answer.contains("refused"), "as \(name): \(answer)")
        let posted = try await post(strange, as: name)
        #expect(posted.contains("refused"), "as \(name): \(posted)")
      }
      _ = try? await send("tcp", to: tls, strange, in: folder)
      try await Task.sleep(for: .seconds(2))
      try await gateway.settle()
      let isWhole = try await within(.seconds(60)) { try gateway.accesses() >= 1_100 }
      let found = try gateway.accesses()
      #expect(isWhole && found == 1_100, "\(found), \(gateway.agent.said.suffix(3_000))")
      print("ReceptionTests: 100 over UDP, 200 and 300 over TCP, 400 over TLS, 100 posted: \(found) counted")
      await gateway.agent.stop()
      await gateway.site.stopCollector()
    }
  }

  @Test func `one sender's flood keeps nobody else waiting`() async throws {
    try await withTemporaryFolder { folder in
      let (tcp, _) = try FreePort.pair()
      let gateway = try await GatewayAgent(in: folder, ehr: "listen: [tcp://127.0.0.1:\(tcp)]")
      let listens = await within(.seconds(30)) { gateway.agent.said.contains("listener=tcp://127.0.0.1:\(tcp)") }
      #expect(listens, "\(gateway.agent.said.suffix(2_000))")
      let flood = "\(folder)/flood"
      try String(repeating: "no record at all\n", count: 400_000).write(
        toFile: flood, atomically: true, encoding: .utf8)
      let flooder = try ChildProgram(
        "/usr/bin/python3", ["-c", Self.sender, "tcp", "\(tcp)", flood, "127.0.0.2", folder, ""],
        log: "\(folder)/flood.log")
      try await Task.sleep(for: .seconds(1))
      let started = ContinuousClock.now
      _ = try await send("tcp", to: tcp, try lines(500, from: 1_000, in: folder), in: folder)
      let took = ContinuousClock.now - started
      #expect(flooder.isRunning, "the flood is over before it could disturb")
      flooder.signal(SIGKILL)
      await flooder.ending()
      try await Task.sleep(for: .seconds(1))
      try await gateway.settle()
      let isWhole = try await within(.seconds(60)) { try gateway.accesses() == 500 }
      let found = try gateway.accesses()
      #expect(isWhole, "\(found), \(gateway.agent.said.suffix(3_000))")
      print("ReceptionTests: 500 records beside a flood took \(took)")
      #expect(took < .seconds(15))
      await gateway.agent.stop()
      await gateway.site.stopCollector()
    }
  }
}
