import CordonCore
import Testing

@testable import CordonCollector

@Suite struct CloneWatchTests {
  private let start = Samples.start
  private func stream(_ number: UInt64) -> StreamID { StreamID(number: number) }
  private func at(_ seconds: Int) -> Timestamp { start.advanced(by: .seconds(seconds)) }

  private func isQuarantine(_ directives: [CloneWatch.Directive]) -> Bool {
    directives.contains { if case .quarantine = $0 { true } else { false } }
  }

  @Test func aReconnectIsNoClone() throws {
    var watch = CloneWatch()
    let agent = try Samples.agent(1)
    for number in 0..<50 {
      let now = at(number * 20)
      let hello = watch.hello(agent, stream: stream(UInt64(number)), boot: "b1", at: now)
      let heard = watch.heard(agent, stream: stream(UInt64(number)), at: now.advanced(by: .seconds(15)))
      #expect(!isQuarantine(hello) && !isQuarantine(heard))
      if number.isMultiple(of: 2) { watch.closed(agent, stream: stream(UInt64(number))) }
    }
  }

  @Test func theHalfOpenStreamOfACrashedMachineIsClosedInTime() throws {
    var watch = CloneWatch()
    let agent = try Samples.agent(1)
    _ = watch.hello(agent, stream: stream(1), boot: "b1", at: at(0))
    _ = watch.hello(agent, stream: stream(2), boot: "b2", at: at(10))
    let soon = watch.heard(agent, stream: stream(2), at: at(70))
    let later = watch.heard(agent, stream: stream(2), at: at(71))
    #expect(soon.isEmpty)
    #expect(later == [.close(stream(1))])
  }

  @Test func aLatePacketIsForgivenAndALivingStreamIsNot() throws {
    var watch = CloneWatch()
    let agent = try Samples.agent(1)
    _ = watch.hello(agent, stream: stream(1), boot: "b1", at: at(0))
    _ = watch.hello(agent, stream: stream(2), boot: "b1", at: at(10))
    let late = watch.heard(agent, stream: stream(1), at: at(15))
    let living = watch.heard(agent, stream: stream(1), at: at(16))
    #expect(!isQuarantine(late))
    #expect(isQuarantine(living))
  }

  @Test func aBootThatReturnsIsAClone() throws {
    var watch = CloneWatch()
    let agent = try Samples.agent(1)
    let boots = ["b1", "b2", "b2", "b3"].enumerated().map {
      watch.hello(agent, stream: stream(UInt64($0.offset)), boot: $0.element, at: at($0.offset * 100))
    }
    let back = watch.hello(agent, stream: stream(9), boot: "b2", at: at(1000))
    #expect(!boots.contains(where: isQuarantine))
    #expect(isQuarantine(back))
  }

  @Test func twoAgentsAreNotOne() throws {
    var watch = CloneWatch()
    _ = watch.hello(try Samples.agent(1), stream: stream(1), boot: "b1", at: at(0))
    _ = watch.hello(try Samples.agent(2), stream: stream(2), boot: "b2", at: at(1))
    let heard = watch.heard(try Samples.agent(1), stream: stream(1), at: at(30))
    #expect(heard.isEmpty)
  }
}
