import CordonPolicy
import Testing

@Suite struct SuggestionTests {
  @Test(
    arguments: [
      ("enabeld", "enabled"), ("Enabled", "enabled"), ("most-an-hour", "most_an_hour"), ("lease", nil), ("", nil),
      ("completely-else", nil), ("enable", "enabled"),
    ] as [(String, String?)])
  func finds(word: String, meant: String?) {
    #expect(Suggestion.closest(to: word, among: ["enabled", "most_an_hour", "networks"]) == meant)
  }
}
