import CordonContainment
import CordonCore
import Testing

@Suite struct KinMemoryTests {
  private static func kin(_ count: Int) -> [KinMemory.Kin] {
    (0..<count).map { .init(pid: UInt32(100 + $0), seen: Sample.start.wall) }
  }

  @Test func remembersByProcessWhateverItIsCalled() {
    let memory = KinMemory()
    memory.note(Self.kin(2), of: Sample.process())
    var same = Sample.process()
    same.executable = "/usr/bin/python3"
    #expect(memory.kin(of: same).count == 2)
    #expect(memory.kin(of: Sample.process(4242, ticks: 100)).isEmpty)
    memory.note(Self.kin(1), of: same)
    #expect(memory.kin(of: Sample.process()).count == 1)
  }

  @Test func isBounded() {
    let memory = KinMemory()
    memory.note(Self.kin(KinMemory.mostKin + 1), of: Sample.process(1))
    #expect(memory.kin(of: Sample.process(1)).count == KinMemory.mostKin)
    for pid in 2...UInt32(KinMemory.mostProcesses + 1) { memory.note(Self.kin(1), of: Sample.process(pid)) }
    #expect(memory.kin(of: Sample.process(1)).isEmpty)
    #expect(memory.kin(of: Sample.process(2)).count == 1)
  }
}
