package import CordonCore
import CordonWire
import FoundationEssentials
import SwiftProtobuf

/// What was read of sources that can go back, and what came of it that is in no record yet.
///
/// The spool keeps it beside the records and changes both in one commit. A worker that starts anew sends the unfinished windows
/// as they are, since parts of a window merge on the collector, and has the source go on behind `progress`: every record
/// of the source counts once, whenever a process is killed.
package struct Intake: Hashable, Sendable {
  /// Bytes that it may take on disk: progress, and `unfinishedLimit` windows with all their sketches full.
  package static let mostBytes = 16 << 20
  /// Windows that are kept open over a restart; where there are more they are sent as parts.
  package static let unfinishedLimit = 1024

  /// In the words of `SensorBatch.progress`.
  package var progress: [UInt8]
  /// Windows that hold what was read up to there and may still grow.
  package var unfinished: [EntityWindow]

  package init(progress: [UInt8] = [], unfinished: [EntityWindow] = []) {
    self.progress = progress
    self.unfinished = unfinished
  }

  /// As the spool keeps it.
  func encoded() throws(CordonError) -> [UInt8] {
    var message = Cordon_V1_SpooledIntake()
    message.progress = Data(progress)
    message.open = unfinished.map { Cordon_V1_Record(.window($0)) }
    do {
      return try message.serializedBytes()
    } catch {
      throw CordonError(.defect, "spool-encoding", "What was taken in cannot be encoded: \(error).")
    }
  }

  /// From `encoded`; a part that cannot be read is left out.
  init(encoded bytes: [UInt8]) {
    let message = (try? Cordon_V1_SpooledIntake(serializedBytes: bytes)) ?? Cordon_V1_SpooledIntake()
    progress = [UInt8](message.progress)
    unfinished = message.open.compactMap { record in
      guard case .window(let window)? = try? record.domain() else { return nil }
      return window
    }
  }
}
