/// Reading a line of a log in place: nothing is copied before it is known to be wanted.
extension Span<UInt8> {
  /// Where ASCII letters stand first in a range.
  func position(of text: StaticString, in range: Range<Int>) -> Int? {
    let length = text.utf8CodeUnitCount
    guard length > 0, range.count >= length else { return nil }
    let first = text.utf8Start[0]
    for index in range.lowerBound...(range.upperBound - length) where self[index] == first && has(text, at: index) {
      return index
    }
    return nil
  }

  /// Where ASCII letters stand last in a range: what a stranger chose may hold them too, before the real ones.
  func lastPosition(of text: StaticString, in range: Range<Int>) -> Int? {
    let length = text.utf8CodeUnitCount
    guard length > 0, range.count >= length else { return nil }
    let first = text.utf8Start[0]
    var index = range.upperBound - length
    while index >= range.lowerBound {
      if self[index] == first, has(text, at: index) { return index }
      index -= 1
    }
    return nil
  }

  /// Whether a range is exactly these ASCII letters.
  func equals(_ text: StaticString, in range: Range<Int>) -> Bool {
    range.count == text.utf8CodeUnitCount && has(text, at: range.lowerBound)
  }

  /// A decimal number that fills a range of 1 to 9 digits.
  func number(in range: Range<Int>) -> Int? {
    guard (1...9).contains(range.count) else { return nil }
    var value = 0
    for index in range {
      guard (0x30...0x39).contains(self[index]) else { return nil }
      value = value * 10 + Int(self[index] - 0x30)
    }
    return value
  }

  /// A range as text; damaged UTF-8 is mended.
  func text(in range: Range<Int>) -> String {
    String(unsafeUninitializedCapacity: range.count) { buffer in
      for offset in 0..<range.count { buffer[offset] = self[range.lowerBound + offset] }
      return range.count
    }
  }

  /// A range without spaces at its ends.
  func trimmed(_ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, self[start] == 0x20 || self[start] == 0x09 { start += 1 }
    while end > start, self[end - 1] == 0x20 || self[end - 1] == 0x0D || self[end - 1] == 0x0A { end -= 1 }
    return start..<end
  }

  /// From a position to the next space, or the range's end.
  func word(from position: Int, in range: Range<Int>) -> Range<Int> {
    guard position < range.upperBound else { return range.upperBound..<range.upperBound }
    return position..<(first(of: 0x20, in: position..<range.upperBound) ?? range.upperBound)
  }
}
