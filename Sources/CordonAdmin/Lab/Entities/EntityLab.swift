package import CordonCore
import CordonLearning
package import CordonPolicy

/// One `cordon lab entities`: files in, a report out.
package struct EntityLab: Sendable {
  package static let windowRange = Duration.seconds(60)...Duration.seconds(7 * 86_400)

  package var events: String
  package var labels: String
  package var mapping: EventMapping
  package var window: Duration
  package var trainingEnd: EntityReplay.TrainingEnd
  package var learning: EntityReplay.Learning

  package init(
    events: String, labels: String, mapping: EventMapping, window: Duration, trainingEnd: EntityReplay.TrainingEnd,
    learning: EntityReplay.Learning = .quiet
  ) {
    self.events = events
    self.labels = labels
    self.mapping = mapping
    self.window = window
    self.trainingEnd = trainingEnd
    self.learning = learning
  }

  /// Throws `window-length`, `one-class` where what is judged has no bad or no good window, and what the files give rise to.
  package func report() throws(CordonError) -> EntityReport {
    guard Self.windowRange.contains(window) else {
      throw CordonError(.invalid, "window-length", "--window: a window lasts from 1m to 7d.")
    }
    let gathered = try gather()
    let lists = gathered.finished()
    let replay = EntityReplay(schema: gathered.schema, trainingEnd: trainingEnd, learning: learning)
    let judged = try replay.judged(lists)
    var reader = try CSVReader(path: labels)
    let bad = try EntityLabels(
      &reader, file: labels, entity: mapping.entity, time: mapping.time, length: gathered.length)
    let isBad = judged.map { bad.isBad(gathered.entities[$0.entity], start: $0.window.start) }
    let training = lists.map { windows in
      windows.filter { $0.start < replay.end(of: windows) }.map(\.features)
    }
    let zScores = EntityPeer.scores(of: judged, training: training)
    guard let report = EntityReport(judged, isBad: isBad, zScores: zScores) else {
      throw CordonError(
        .invalid, "one-class",
        "Of \(judged.count) windows after the training, \(isBad.count { $0 }) are labelled bad: both kinds are needed.",
        remedy: "Check --train-until, and that events and labels name entities and days alike.")
    }
    return report
  }

  private func gather() throws(CordonError) -> EventWindows {
    var reader = try CSVReader(path: events)
    var positions: [String: Int] = [:]
    for column in mapping.columns { positions[column] = try reader.position(of: column, in: events) }
    let entityField = try reader.position(of: mapping.entity, in: events)
    let timeField = try reader.position(of: mapping.time, in: events)
    var gathered = EventWindows(mapping, length: window)
    while try reader.next() {
      let moment = try LabTime.moment(in: reader, field: timeField)
      let entity = reader.string(entityField)
      // Read once a row, whatever how many features look at them.
      var fields: [String: String] = [:]
      for (column, position) in positions { fields[column] = reader.string(position) }
      gathered.add(entity: entity, at: moment) { fields[$0] ?? "" }
    }
    guard gathered.events > 0 else {
      throw CordonError(.invalid, "no-rows", "\(events) has no events after its header.")
    }
    return gathered
  }
}
