import CordonContainment
import CordonCore
import CordonTestSupport
import Glibc
import Testing

@Suite struct MachineTests {
  @Test func readsHostileStatLines() throws {
    let line = "4242 (a) S 1 (b)) S 17 4242 4242 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 777 1 1"
    let facts = try #require(ProcessFacts(stat: line))
    #expect(facts.parent == 17 && facts.startTicks == 777 && !facts.isKernelThread)
    #expect(ProcessFacts(stat: "5 (k) S 2 0 0 0 -1 2097152 1 0 0 0 0 0 0 0 20 0 1 0 7 1 1")?.isKernelThread == true)
    for text in ["", "x", "1 (", ") 1 (", "1 (a) S", "1 (a) S -1 4242 4242 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 777"] {
      #expect(ProcessFacts(stat: text) == nil, "\(text)")
    }
  }

  @Test func seesItself() throws {
    let machine = LinuxMachine(bootID: try KernelFile.bootID(), collectors: { [] })
    let own = try #require(machine.process(UInt32(getpid())))
    #expect(own.executable.hasSuffix(try #require(KernelFile.link("/proc/self/exe")?.split(separator: "/").last)))
    #expect(machine.process(1)?.isDead == false)
    let tree = try machine.tree(
      of: ProcessRef(pid: own.pid, startTicks: own.startTicks, bootID: machine.bootID))
    #expect(tree.first?.pid == own.pid)
    #expect(machine.network().own.contains(IPAddress("127.0.0.1")!))
  }

  @Test func treesAreBounded() throws {
    let world = FakeWorld()
    world.set { state in
      for child in UInt32(5000)..<5000 + 4096 {
        state.processes[child] = ProcessFacts(pid: child, parent: child == 5000 ? 4242 : child - 1, startTicks: 1)
      }
    }
    expectRefusal("too-large") { _ = try world.tree(of: Sample.process()) }
    world.set { $0.processes[5000 + 4095] = nil }
    #expect(try world.tree(of: Sample.process()).count == 4096)
  }

  @Test func parsesGateways() {
    let v4 = """
      Iface\tDestination\tGateway \tFlags
      eth0\t00000000\t010200C0\t0003
      eth0\t000200C0\t00000000\t0001
      broken
      """
    let v6 =
      "00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 0400 1 0 3 eth0"
    #expect(
      NetworkFiles.gateways(v4: v4, v6: v6) == [IPAddress("192.0.2.1")!, IPAddress("fe80::1")!])
  }

  @Test func parsesResolversAndLeases() {
    #expect(
      NetworkFiles.resolvers("# nameserver 9.9.9.9\nnameserver 10.0.0.53\nnameserver\tfe80::1%eth0\nnameserver x\n")
        == [IPAddress("10.0.0.53")!, IPAddress("fe80::1")!])
    #expect(
      NetworkFiles.dhcpServers("ADDRESS=1.2.3.4\nSERVER_ADDRESS=10.0.0.1\n  option dhcp-server-identifier 10.0.0.2;\n")
        == [IPAddress("10.0.0.1")!, IPAddress("10.0.0.2")!])
  }

  @Test func runsPrograms() throws {
    let cat = try Program(path: "/bin/cat").run([], input: String(repeating: "x", count: 300_000))
    #expect(cat.status == 0 && cat.output.count == 300_000)
    let shell = try Program(path: "/bin/sh").run(["-c", "echo wrong >&2; echo $HOME; exit 3"])
    #expect(shell.status == 3 && shell.errors == "wrong\n" && shell.output == "\n")
    #expect(try Program(path: "/bin/sh").run(["-c", "kill -9 $$"]).status == 137)
    // A child that does not read its input.
    #expect(try Program(path: "/bin/true").run([], input: String(repeating: "x", count: 300_000)).status == 0)
    expectRefusal("program-missing") { _ = try Program(path: "/no/such").run([]) }
    expectRefusal("program-slow") { _ = try Program(path: "/bin/sleep").run(["20"], patience: .milliseconds(50)) }
    let flood = try Program(path: "/usr/bin/head").run(["-c", "3000000", "/dev/zero"])
    #expect(flood.output.utf8.count == Program.mostOutput)
  }
}
