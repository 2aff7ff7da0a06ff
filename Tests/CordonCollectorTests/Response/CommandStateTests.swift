import CordonCore
import Testing

@testable import CordonCollector

@Suite struct CommandStateTests {
  @Test func whatHasEndedNeverComesBack() {
    for state in CommandState.allCases where state.isFinal {
      for outcome in Outcome.State.allCases { #expect(state.after(outcome) == nil, "\(state) after \(outcome)") }
    }
  }

  @Test(
    arguments: [
      (CommandState.ordered, Outcome.State.held, CommandState.held), (.ordered, .refused, .refused),
      (.ordered, .rehearsed, .rehearsed), (.held, .released, .released), (.held, .expired, .expired),
      (.held, .held, .held), (.held, .reverted, .reverted), (.held, .refused, nil), (.held, .rehearsed, nil),
      (.proposed, .held, nil),
    ] as [(CommandState, Outcome.State, CommandState?)])
  func theAgentIsTheWitness(state: CommandState, outcome: Outcome.State, next: CommandState?) {
    #expect(state.after(outcome) == next)
  }
}
