package import CordonCore

/// A number for one live stream, unique while the program runs.
package struct StreamID: Hashable, Sendable {
  package var number: UInt64

  package init(number: UInt64) { self.number = number }
}

/// Tells an agent that reconnects from an identity that lives in two places.
///
/// A machine that lost its connection comes back once, and its old stream says nothing more. A cloned disk shows itself
/// in one of two ways: a stream speaks although a newer one took its place, or a boot id returns after another was used.
/// A value: events in, directives out.
package struct CloneWatch: Sendable {
  /// A superseded stream that still speaks after this long is no late packet.
  package static let grace: Duration = .seconds(5)
  /// A superseded stream is closed after this long, having had its chance to betray itself.
  package static let probation: Duration = .seconds(60)
  /// Boot ids remembered an agent; a machine that boots more often within the memory is only less well watched.
  package static let mostBoots = 16

  /// What the shell should do.
  package enum Directive: Hashable, Sendable {
    case close(StreamID)
    /// One identity lives in two places: close all of its streams and admit none.
    case quarantine(AgentID, why: String)
  }

  private struct Stream: Sendable {
    var id: StreamID
    var supersededAt: Timestamp?
  }

  private struct Known: Sendable {
    var streams: [Stream] = []
    /// Oldest first.
    var boots: [String] = []
  }

  private var agents: [AgentID: Known] = [:]

  package init() {}

  /// An agent opened a stream and said which boot it is of.
  package mutating func hello(_ agent: AgentID, stream: StreamID, boot: String, at now: Timestamp) -> [Directive] {
    var known = agents[agent] ?? Known()
    defer { agents[agent] = known }
    if let last = known.boots.last, last != boot, known.boots.contains(boot) {
      return [.quarantine(agent, why: "boot \(boot.prefix(8)) returned after boot \(last.prefix(8)) was seen")]
    }
    known.boots.removeAll { $0 == boot }
    known.boots.append(boot)
    if known.boots.count > Self.mostBoots { known.boots.removeFirst() }
    for index in known.streams.indices where known.streams[index].supersededAt == nil {
      known.streams[index].supersededAt = now
    }
    known.streams.append(Stream(id: stream))
    return overdue(&known, at: now)
  }

  /// Anything came over a stream.
  package mutating func heard(_ agent: AgentID, stream: StreamID, at now: Timestamp) -> [Directive] {
    guard var known = agents[agent], let index = known.streams.firstIndex(where: { $0.id == stream }) else { return [] }
    defer { agents[agent] = known }
    if let superseded = known.streams[index].supersededAt, now.since(superseded) > Self.grace {
      return [.quarantine(agent, why: "two of its streams speak at the same time")]
    }
    return overdue(&known, at: now)
  }

  /// A stream ended.
  package mutating func closed(_ agent: AgentID, stream: StreamID) {
    agents[agent]?.streams.removeAll { $0.id == stream }
  }

  /// Nothing about the agent is of interest any more.
  package mutating func forget(_ agent: AgentID) { agents[agent] = nil }

  private func overdue(_ known: inout Known, at now: Timestamp) -> [Directive] {
    let late = known.streams.filter { stream in
      stream.supersededAt.map { now.since($0) > Self.probation } ?? false
    }
    known.streams.removeAll { stream in late.contains { $0.id == stream.id } }
    return late.map { .close($0.id) }
  }
}
