/// The small tables beside a recording, as CSV with a header: who is who, what is where, and the truth about attacks.
package enum HospitalTables {
  /// The accounts: what an audit log's numbers mean.
  package static func staff(_ hospital: Hospital) -> String {
    table("uid,account,entity,role,ward") {
      hospital.staff.map { "\($0.uid),\($0.account),\($0.entity),\($0.role.rawValue),\(Ward.letter($0.ward))" }
    }
  }

  /// The accounts as `getent passwd` prints them where a directory service names people with their realm.
  package static func accounts(_ hospital: Hospital) -> String {
    let people = hospital.staff.map {
      "\($0.account)@\(Person.realm):x:\($0.uid):\($0.uid)::/home/\($0.account):/bin/bash"
    }
    return (["root:x:0:0:root:/root:/bin/bash"] + people).joined(separator: "\n") + "\n"
  }

  package static func hosts(_ hospital: Hospital) -> String {
    table("label,address,kind,ward") {
      hospital.hosts.map {
        "\($0.label),\($0.address.text),\($0.kind.rawValue),\($0.kind == .ward ? String(Ward.letter($0.ward)) : "")"
      }
    }
  }

  package static func devices(_ hospital: Hospital) -> String {
    let servers = hospital.devices.isEmpty ? [] : ClinicalServer.allCases
    return table("label,address,kind,ward") {
      hospital.devices.map { "\($0.label),\($0.address.text),\($0.kind.rawValue),\(Ward.letter($0.ward))" }
        + servers.map { "\($0.rawValue),\($0.address.text),server," }
    }
  }

  /// One line an entity, attack and day: from its first event to its last.
  package static func labels(_ labels: [AttackLabel]) -> String {
    table("kind,entity,attack,from,to,technique") {
      labels.map {
        let from = HospitalCalendar.text($0.from)
        let to = HospitalCalendar.text($0.to)
        return "\($0.kind.rawValue),\($0.entity),\($0.attack.rawValue),\(from),\(to),\($0.technique)"
      }
    }
  }

  private static func table(_ header: String, _ rows: () -> [String]) -> String {
    ([header] + rows()).joined(separator: "\n") + "\n"
  }
}
