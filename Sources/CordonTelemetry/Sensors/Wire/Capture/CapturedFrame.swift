package import CordonCore

/// Where one frame lies in the bytes that hold it, and what the capture says of it.
package struct CapturedFrame: Hashable, Sendable {
  package var time: Timestamp
  /// Nil for a link that is not read.
  package var link: LinkType?
  /// Length on the wire; the range holds what was captured of it.
  package var wireLength: Int
  package var range: Range<Int>

  package init(time: Timestamp, link: LinkType?, wireLength: Int, range: Range<Int>) {
    self.time = time
    self.link = link
    self.wireLength = wireLength
    self.range = range
  }
}
