import CordonAgent
import CordonCollector
import CordonCore
import CordonTrust

/// What travels on a simulated stream.
enum ToCollector {
  case hello([LanePosition])
  case batch(SpoolBatch)
  case heartbeat
  case answer(UInt64, DirectiveVerdict)
}

enum ToAgent {
  case input(CollectorInput)
  case directive(UInt64, Envelope)
}

/// One stream. Within a direction nothing overtakes; what is under way when the line is cut never arrives.
final class Connection {
  enum Collectors: Hashable {
    /// Nothing came yet.
    case fresh
    /// The store is being asked for watermarks.
    case loading([LanePosition])
    case open
    case closed
  }

  let id: Int
  let agent: Int
  var collector = Collectors.fresh
  var isOpenAtAgent = true
  /// The line: messages of a cut line are lost.
  var isCut = false
  /// What came and waits for the batch before it to be answered.
  var inbox: [ToCollector] = []
  var isBusy = false
  var nextToCollector: Duration = .zero
  var nextToAgent: Duration = .zero

  init(id: Int, agent: Int) {
    self.id = id
    self.agent = agent
  }
}
