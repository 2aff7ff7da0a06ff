import CordonCore
import CordonTestSupport
import Glibc
import Testing

@testable import CordonTelemetry

/// What a machine starts by itself, in a folder that stands for its root.
@Suite struct PersistenceInventoryTests {
  static func put(_ text: String, at path: String) throws {
    for (index, letter) in path.enumerated() where letter == "/" && index > 0 {
      mkdir(String(path.prefix(index)), 0o755)
    }
    unlink(path)
    try EHRSourceTests.write(text, to: path)
  }

  static func told(_ changes: [PersistenceChange]) -> [String] {
    changes.map { "\($0.act) \($0.kind) \(String(decoding: $0.path, as: UTF8.self))\($0.isOfRoot ? "" : " user")" }
  }

  static let places: [(String, PersistenceChange.Kind, Bool)] = [
    ("/etc/systemd/system/x.service", .systemdUnit, true),
    ("/etc/systemd/system/x.service.d/override.conf", .systemdUnit, true), ("/etc/crontab", .cron, true),
    ("/etc/cron.d/x", .cron, true), ("/var/spool/cron/crontabs/ann", .cron, true),
    ("/etc/profile.d/x.sh", .shellProfile, true),
    ("/home/ann/.bashrc", .shellProfile, false), ("/root/.ssh/authorized_keys", .authorizedKeys, true),
    ("/home/ann/.ssh/authorized_keys", .authorizedKeys, false), ("/etc/ld.so.preload", .preload, true),
    ("/etc/modules-load.d/x.conf", .modules, true), ("/etc/pam.d/sshd", .pam, true),
    ("/etc/sudoers.d/x", .sudoers, true),
    ("/etc/init.d/x", .initScript, true), ("/home/ann/.config/autostart/x.desktop", .autostart, false),
    ("/etc/udev/rules.d/x.rules", .udevRule, true), ("/opt/site/start.sh", .other, true),
  ]

  @Test(arguments: places) func `a place is looked after`(path: String, kind: PersistenceChange.Kind, isOfRoot: Bool)
    throws
  {
    try withTemporaryFolder { root in
      var inventory = PersistenceInventory(root: root, paths: ["/opt/site"])
      #expect(inventory.look().isEmpty)
      let name = "\(kind) \(path)\(isOfRoot ? "" : " user")"
      try Self.put("one", at: root + path)
      #expect(Self.told(inventory.look()) == ["added \(name)"])
      #expect(inventory.look().isEmpty)
      try Self.put("two", at: root + path)
      #expect(Self.told(inventory.look()) == ["changed \(name)"])
      unlink(root + path)
      #expect(Self.told(inventory.look()) == ["removed \(name)"])
    }
  }

  @Test func `what was there before is not told`() throws {
    try withTemporaryFolder { root in
      try Self.put("x", at: "\(root)/etc/crontab")
      var inventory = PersistenceInventory(root: root)
      #expect(inventory.look().isEmpty && inventory.count == 1)
    }
  }

  @Test func `written anew with the same content it has not changed, with other rights it has`() throws {
    try withTemporaryFolder { root in
      let path = "\(root)/etc/sudoers"
      try Self.put("x", at: path)
      var inventory = PersistenceInventory(root: root)
      _ = inventory.look()
      try Self.put("x", at: path)
      #expect(inventory.look().isEmpty)
      chmod(path, 0o666)
      #expect(Self.told(inventory.look()) == ["changed sudoers /etc/sudoers"])
    }
  }

  @Test func `a link is known by where it points, and what it points to is not read`() throws {
    try withTemporaryFolder { root in
      try Self.put("", at: "\(root)/etc/systemd/system/x")
      var inventory = PersistenceInventory(root: root)
      _ = inventory.look()
      symlink("/dev/zero", "\(root)/etc/systemd/system/y.service")
      #expect(Self.told(inventory.look()) == ["added systemdUnit /etc/systemd/system/y.service"])
      unlink("\(root)/etc/systemd/system/y.service")
      symlink("/dev/null", "\(root)/etc/systemd/system/y.service")
      #expect(Self.told(inventory.look()) == ["changed systemdUnit /etc/systemd/system/y.service"])
    }
  }

  @Test func `a pipe in a file's place holds nobody up`() throws {
    try withTemporaryFolder { root in
      try Self.put("", at: "\(root)/etc/x")
      mkfifo("\(root)/etc/ld.so.preload", 0o600)
      var inventory = PersistenceInventory(root: root)
      #expect(inventory.look().isEmpty && inventory.count == 0)
    }
  }

  @Test func `whoever fills a folder of their own hides nobody else's, and costs no more`() throws {
    try withTemporaryFolder { root in
      try Self.put("", at: "\(root)/home/zoe/.bashrc")
      let own = "\(root)/home/ann/.config/autostart"
      for number in 0..<40 { for file in 0..<20 { try Self.put("", at: "\(own)/\(number)/\(file)") } }
      var inventory = PersistenceInventory(root: root)
      #expect(inventory.look().isEmpty && inventory.isCut && inventory.count == PersistenceInventory.ownLimit + 1)
      unlink("\(root)/home/zoe/.bashrc")
      #expect(Self.told(inventory.look()) == ["removed shellProfile /home/zoe/.bashrc user"])
    }
  }

  @Test func `too many files are not gone`() throws {
    try withTemporaryFolder { root in
      try Self.put("", at: "\(root)/etc/cron.d/first")
      for number in 0..<PersistenceInventory.fileLimit { try Self.put("", at: "\(root)/etc/cron.d/n\(number)") }
      var inventory = PersistenceInventory(root: root)
      #expect(inventory.look().isEmpty && inventory.isCut && inventory.count == PersistenceInventory.fileLimit)
      #expect(inventory.look().isEmpty)
    }
  }
}
