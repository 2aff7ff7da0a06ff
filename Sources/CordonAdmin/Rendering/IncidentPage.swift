import CordonCore
import CordonWire

/// Incidents as a table, and one with its timeline.
enum IncidentPage {
  static func list(_ incidents: [Cordon_V1_Incident], at now: Timestamp) -> Report {
    var table = Table(
      ["ID", "STATE", "SEVERITY", "P", "OPENED", "UPDATED", "DETECTIONS", "AGENTS", "TITLE"], empty: "No incidents.")
    for incident in incidents {
      table.add([
        EntityText.shortID(incident.id), incident.state, FindingText.name(incident.severity),
        RarityText.short(incident.hasP ? incident.p : nil),
        TimeText.iso(Timestamp(milliseconds: incident.openedMs)),
        TimeText.relative(Timestamp(milliseconds: incident.updatedMs), to: now), "\(incident.detections)",
        "\(incident.agents.count)", incident.title,
      ])
    }
    return Report(text: table.rendered, json: .list(incidents.map(json)))
  }

  static func page(_ response: Cordon_V1_GetIncidentResponse, at now: Timestamp) -> Report {
    let incident = response.incident
    var sheet = FactSheet()
    sheet.add("incident", EntityText.id(incident.id))
    sheet.add("state", incident.state)
    sheet.add("severity", FindingText.name(incident.severity))
    if incident.hasP { sheet.add("p", RarityText.long(incident.p)) }
    sheet.add("opened", TimeText.iso(Timestamp(milliseconds: incident.openedMs)))
    sheet.add("updated", TimeText.relative(Timestamp(milliseconds: incident.updatedMs), to: now))
    sheet.add("owner", incident.owner)
    sheet.add("agents", incident.agents.joined(separator: ", "))
    var text = Table.plain(incident.title) + "\n\n" + sheet.rendered
    if !response.detections.isEmpty {
      text += "\nDetections\n" + DetectionPage.list(response.detections).text
    }
    if !response.commands.isEmpty {
      text += "\nContainment\n" + CommandPage.list(response.commands, at: now).text
    }
    if !response.timeline.isEmpty { text += "\nTimeline\n" + timeline(response.timeline) }
    return Report(
      text: text,
      json: .fields([
        "incident": json(incident), "detections": .list(response.detections.map(DetectionPage.json)),
        "commands": .list(response.commands.map(CommandPage.json)),
        "timeline": .list(
          response.timeline.map {
            .fields(["at": .time($0.atMs), "kind": .text($0.kind), "text": .text($0.text)])
          }),
      ]))
  }

  /// One line an entry, with the time since the first.
  static func timeline(_ entries: [Cordon_V1_TimelineEntry]) -> String {
    let start = entries.map(\.atMs).min() ?? 0
    var table = Table(["TIME", "AFTER", "WHAT", ""], empty: "")
    for entry in entries.sorted(by: { $0.atMs < $1.atMs }) {
      let time = Timestamp(milliseconds: entry.atMs)
      let after = time.since(Timestamp(milliseconds: start))
      table.add([TimeText.iso(time, milliseconds: true), "+" + seconds(after), entry.kind, entry.text])
    }
    return table.rendered
  }

  /// `1.250s` below a minute, then the largest unit.
  private static func seconds(_ duration: Duration) -> String {
    let milliseconds = duration.milliseconds
    guard milliseconds < 60_000 else { return TimeText.rough(duration) }
    let thousandths = "\(milliseconds % 1000)"
    return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - thousandths.count))\(thousandths)s"
  }

  private static func json(_ incident: Cordon_V1_Incident) -> JSONValue {
    .fields([
      "id": .text(EntityText.id(incident.id)), "state": .text(incident.state), "title": .text(incident.title),
      "severity": .text(FindingText.name(incident.severity)), "p": incident.hasP ? .number(incident.p) : .null,
      "opened": .time(incident.openedMs),
      "updated": .time(incident.updatedMs), "owner": .optional(incident.owner),
      "detections": .integer(Int64(incident.detections)), "agents": .list(incident.agents.map { .text($0) }),
    ])
  }
}
