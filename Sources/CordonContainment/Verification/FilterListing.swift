/// What `nft list table inet cordon` says, as far as it matters.
package struct FilterListing: Hashable, Sendable {
  /// Elements by set.
  package private(set) var elements: [String: Set<String>] = [:]
  /// Packets dropped, by chain and match, such as `out` and `ip daddr @blocked4`.
  package private(set) var drops: [Rule: UInt64] = [:]
  /// Chains that hang on a hook and let pass what no rule drops.
  package private(set) var hooks: [String: String] = [:]

  package struct Rule: Hashable, Sendable {
    package var chain: String
    package var match: String

    package init(chain: String, match: String) {
      self.chain = chain
      self.match = match
    }
  }

  /// Lines that make no sense are passed over: what is not seen does not count as in effect.
  package init(_ text: String) {
    var chain = ""
    var set = ""
    var isInElements = false
    for line in text.split(separator: "\n") {
      let words = line.split { $0 == " " || $0 == "\t" }
      guard let first = words.first else { continue }
      if isInElements || first == "elements" {
        let list = isInElements ? words[...] : words.drop { $0 != "{" }.dropFirst()
        for word in list where word != "}" {
          elements[set, default: []].insert(String(word.prefix { $0 != "," && $0 != "}" }))
        }
        isInElements = !line.contains("}")
      } else if first == "set", words.count > 1 {
        set = String(words[1])
        chain = ""
      } else if first == "chain", words.count > 1 {
        chain = String(words[1])
      } else if first == "type", let hook = words.firstIndex(of: "hook"), hook + 1 < words.count, !chain.isEmpty {
        hooks[chain] = String(words[hook + 1])
      } else if let rule = Self.rule(words), !chain.isEmpty {
        drops[Rule(chain: chain, match: rule.match)] = rule.packets
      }
    }
  }

  private static func rule(_ words: [Substring]) -> (match: String, packets: UInt64)? {
    guard words.last == "drop", let counter = words.firstIndex(of: "counter"), words.count == counter + 6,
      let packets = UInt64(words[counter + 2])
    else { return nil }
    return (words[..<counter].joined(separator: " "), packets)
  }
}
