import CordonCore

/// Finds which of Cordon's observations a rule's `logsource` means.
enum SigmaLogSource {
  static func source(of root: SigmaNode) throws(SigmaRefusal) -> SigmaSource {
    guard let node = root["logsource"], case .mapping = node.node.value else {
      throw root.refusal(.malformed, "has no `logsource`")
    }
    let product = node["product"]?.text?.lowercased()
    let category = node["category"]?.text?.lowercased()
    let service = node["service"]?.text?.lowercased()
    let found: SigmaSource? =
      switch product {
      case nil, "linux": linux(category, service)
      case "windows": .windows(category: category, service: service)
      default: nil
      }
    guard let found else {
      let name = [product, category, service].compactMap(\.self).joined(separator: "/")
      throw node.refusal(
        .logSource,
        "Cordon has no observations of \(name.isEmpty ? "this kind" : YAMLNode.short(name)); supported with product "
          + "linux: category process_creation, file_event, network_connection; service auditd; with product windows: "
          + SigmaSource.windowsText,
        subject: name)
    }
    return found
  }

  private static func linux(_ category: String?, _ service: String?) -> SigmaSource? {
    switch (category, service) {
    case ("process_creation", nil): .processCreation
    case ("file_event", nil): .fileEvent
    case ("network_connection", nil): .networkConnection
    case (nil, "auditd"): .auditExec
    default: nil
    }
  }
}
