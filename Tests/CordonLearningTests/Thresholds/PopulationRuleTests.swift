import CordonCore
import CordonLearning
import CordonTestSupport
import Testing

@Suite struct PopulationRuleTests {
  static func entity(_ number: Int) -> EntityRef { EntityRef(kind: .host, label: "h\(number)") }
  static func time(_ minute: Int) -> Timestamp { Timestamp(milliseconds: Int64(minute) * 60_000) }

  @Test(arguments: [(0, 5), (40, 5), (100, 5), (101, 6), (200, 10), (1000, 50)])
  func `the quorum is five or one in twenty`(size: Int, quorum: Int) {
    #expect(PopulationRule.quorum(groupSize: size) == quorum)
  }

  @Test func `many of a group within the hour are one detection with its members`() {
    var rule = PopulationRule()
    for number in 0..<4 {
      #expect(
        rule.crossed(Self.entity(number), scale: .minute, at: Self.time(number), group: "nurses", groupSize: 60)
          == .single)
    }
    let fifth = rule.crossed(Self.entity(4), scale: .minute, at: Self.time(59), group: "nurses", groupSize: 60)
    #expect(fifth == .population(members: (0..<5).map(Self.entity)))
    #expect(rule.crossed(Self.entity(5), scale: .minute, at: Self.time(600), group: "nurses", groupSize: 60) == .joins)
    #expect(rule.members(group: "nurses").count == 6)
    // A day after the last member it is over.
    #expect(
      rule.crossed(Self.entity(6), scale: .minute, at: Self.time(600 + 1441), group: "nurses", groupSize: 60) == .single
    )
  }

  @Test func `what a member crosses at another scale is taken in; what others do is not`() {
    var rule = PopulationRule()
    for number in 0..<5 {
      _ = rule.crossed(Self.entity(number), scale: .threeHours, at: Self.time(0), group: "g", groupSize: 20)
    }
    #expect(rule.crossed(Self.entity(1), scale: .minute, at: Self.time(30), group: "g", groupSize: 20) == .joins)
    #expect(rule.crossed(Self.entity(9), scale: .minute, at: Self.time(30), group: "g", groupSize: 20) == .single)
    #expect(rule.crossed(Self.entity(1), scale: .minute, at: Self.time(30), group: "other", groupSize: 20) == .single)
    // Four more at that scale, and it is the same population.
    for number in 10..<13 {
      _ = rule.crossed(Self.entity(number), scale: .minute, at: Self.time(31), group: "g", groupSize: 20)
    }
    #expect(rule.crossed(Self.entity(13), scale: .minute, at: Self.time(32), group: "g", groupSize: 20) == .joins)
    #expect(rule.members(group: "g").count == 10)
  }

  @Test func `one entity, another scale, another group or another hour is no population`() {
    var rule = PopulationRule()
    for minute in 0..<20 {
      #expect(rule.crossed(Self.entity(1), scale: .minute, at: Self.time(minute), group: "a", groupSize: 9) == .single)
    }
    for number in 0..<12 {
      let scale = Scale.allCases[number % 3]
      #expect(
        rule.crossed(Self.entity(number + 10), scale: scale, at: Self.time(1000), group: "b", groupSize: 9) == .single)
      #expect(
        rule.crossed(Self.entity(number), scale: .minute, at: Self.time(number * 61), group: "c", groupSize: 9)
          == .single)
    }
  }

  /// What follows is decided as if nothing had happened, whether the population is open or still gathers.
  @Test(arguments: [3, 7]) func `a restart forgets neither the last hour nor an open population`(seen: Int) throws {
    var rule = PopulationRule()
    func cross(_ rule: inout PopulationRule, _ number: Int, _ scale: Scale, minute: Int) -> PopulationRule.Decision {
      rule.crossed(Self.entity(number), scale: scale, at: Self.time(minute), group: "nurses", groupSize: 60)
    }
    for number in 0..<seen { _ = cross(&rule, number, .threeHours, minute: number) }
    var writer = StateWriter()
    rule.encode(to: &writer)
    var reader = StateReader(writer.bytes)
    var restored = try PopulationRule(from: &reader)
    try reader.end()
    #expect(restored.members(group: "nurses") == rule.members(group: "nurses"))
    for (number, scale) in [(1, Scale.minute), (20, .threeHours), (21, .threeHours), (22, .minute)] {
      let expected = cross(&rule, number, scale, minute: 20)
      #expect(cross(&restored, number, scale, minute: 20) == expected)
    }
    for count in writer.bytes.indices {
      expectRefusal("malformed-state") {
        var reader = StateReader(Array(writer.bytes.prefix(count)))
        _ = try PopulationRule(from: &reader)
        try reader.end()
      }
    }
  }
}
