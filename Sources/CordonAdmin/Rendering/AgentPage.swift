import CordonCore
import CordonPolicy
import CordonWire

/// Agents as a table, and one in detail.
enum AgentPage {
  static func list(_ agents: [Cordon_V1_Agent], at now: Timestamp) -> Report {
    var table = Table(
      ["ID", "LABEL", "GROUP", "STATE", "SEEN", "POLICY", "ROSTER", "VERSION"],
      empty: "No agents. `cordon token create` makes a token with which one enrols.")
    for agent in agents {
      table.add([
        String(agent.id.prefix(8)), agent.label, agent.group.isEmpty ? "-" : agent.group, state(agent),
        TimeText.relative(Timestamp(milliseconds: agent.lastSeenMs), to: now), serial(agent.policySerial),
        serial(agent.rosterSerial), agent.version,
      ])
    }
    return Report(text: table.rendered, json: .list(agents.map(json)))
  }

  static func page(_ response: Cordon_V1_GetAgentResponse, at now: Timestamp) -> Report {
    let agent = response.agent
    let beat = agent.heartbeat
    var sheet = FactSheet()
    sheet.add("agent", agent.id)
    sheet.add("label", agent.label)
    sheet.add("group", agent.group)
    sheet.add("state", state(agent))
    sheet.add("version", agent.version)
    sheet.add("enrolled", TimeText.iso(Timestamp(milliseconds: agent.enrolledMs)))
    sheet.add("seen", TimeText.relative(Timestamp(milliseconds: agent.lastSeenMs), to: now))
    sheet.add("certificate ends", TimeText.relative(Timestamp(milliseconds: agent.certificateNotAfterMs), to: now))
    sheet.add("policy", serial(agent.policySerial))
    sheet.add("roster", serial(agent.rosterSerial))
    sheet.add("clock", DurationText.format(.milliseconds(agent.clockOffsetMs)) + " off")
    if agent.hasHeartbeat {
      sheet.add("spool", "\(beat.spoolRecords) records, \(StatusPage.bytes(beat.spoolBytes))")
      sheet.add("memory", StatusPage.bytes(beat.memoryBytes))
      sheet.add("processor", DurationText.format(.milliseconds(Int64(clamping: beat.cpuMs))) + " since its start")
      sheet.add("containment", "\(beat.held) held")
      for drop in beat.drops { sheet.add("dropped", "\(drop.count), \(drop.cause)") }
    }
    var text = sheet.rendered
    if !beat.sensors.isEmpty {
      var table = Table(["SENSOR", "STATE", "SEEN", "LOST", "WHY"], empty: "")
      for sensor in beat.sensors {
        let state = sensor.running ? "runs" : "stopped"
        table.add([sensor.name, state, "\(sensor.observed)", "\(sensor.dropped)", sensor.reason])
      }
      text += "\n" + table.rendered
    }
    if !response.gaps.isEmpty {
      var table = Table(["LANE", "FROM", "TO", "CAUSE", "RECORDED"], empty: "")
      for gap in response.gaps {
        table.add([
          lane(gap.lane), "\(gap.range.from)", "\(gap.range.to)", cause(gap.range.cause),
          TimeText.iso(Timestamp(milliseconds: gap.recordedMs)),
        ])
      }
      text += "\nRecords that will never come:\n" + table.rendered
    }
    return Report(text: text, json: .fields(["agent": json(agent), "gaps": .list(response.gaps.map(json))]))
  }

  static func json(_ agent: Cordon_V1_Agent) -> JSONValue {
    .fields([
      "id": .text(agent.id), "label": .text(agent.label), "group": .optional(agent.group), "state": .text(agent.state),
      "connected": .flag(agent.connected), "version": .text(agent.version), "enrolled": .time(agent.enrolledMs),
      "last_seen": .time(agent.lastSeenMs), "certificate_not_after": .time(agent.certificateNotAfterMs),
      "policy_serial": .unsigned(agent.policySerial), "roster_serial": .unsigned(agent.rosterSerial),
      "clock_offset_ms": .integer(agent.clockOffsetMs),
      "heartbeat": agent.hasHeartbeat ? json(agent.heartbeat) : .null,
    ])
  }

  private static func json(_ beat: Cordon_V1_Heartbeat) -> JSONValue {
    .fields([
      "clock": .time(beat.clockMs), "cpu_ms": .unsigned(beat.cpuMs), "memory_bytes": .unsigned(beat.memoryBytes),
      "spool_records": .unsigned(beat.spoolRecords), "spool_bytes": .unsigned(beat.spoolBytes),
      "held": .integer(Int64(beat.held)),
      "drops": .list(
        beat.drops.map { .fields(["cause": .text($0.cause), "count": .unsigned($0.count)]) }),
      "sensors": .list(
        beat.sensors.map { sensor in
          .fields([
            "name": .text(sensor.name), "running": .flag(sensor.running), "reason": .optional(sensor.reason),
            "observed": .unsigned(sensor.observed), "dropped": .unsigned(sensor.dropped),
          ])
        }),
    ])
  }

  private static func json(_ gap: Cordon_V1_Gap) -> JSONValue {
    .fields([
      "lane": .text(lane(gap.lane)), "from": .unsigned(gap.range.from), "to": .unsigned(gap.range.to),
      "cause": .text(cause(gap.range.cause)), "recorded": .time(gap.recordedMs),
    ])
  }

  private static func state(_ agent: Cordon_V1_Agent) -> String {
    agent.connected ? "connected" : agent.state.isEmpty ? "away" : agent.state
  }

  private static func serial(_ number: UInt64) -> String { number == 0 ? "-" : "\(number)" }

  private static func lane(_ lane: Cordon_V1_Lane) -> String {
    switch lane {
    case .window: "window"
    case .detection: "detection"
    case .outcome: "outcome"
    default: "unknown"
    }
  }

  private static func cause(_ cause: Cordon_V1_SkipCause) -> String {
    switch cause {
    case .spoolOverflow: "the spool was full"
    case .age: "too old"
    case .corruption: "the spool was damaged"
    case .refused: "the collector refused them"
    case .collectorRestored: "the collector was restored from a backup"
    default: "unknown"
    }
  }
}
