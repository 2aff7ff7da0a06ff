import ArgumentParser
import CordonTrust

extension OperatorRole: ExpressibleByArgument {}

/// What an authority key may sign, as people write it; the collector's own role is no one's to give.
enum AuthorityRoleArgument: String, CaseIterable, ExpressibleByArgument, Sendable {
  case root, policy, model, respond, clinical, privacy, unseal

  var role: AuthorityRole {
    switch self {
    case .root: .root
    case .policy: .policy
    case .model: .model
    case .respond: .respond
    case .clinical: .clinical
    case .privacy: .privacy
    case .unseal: .unseal
    }
  }
}
