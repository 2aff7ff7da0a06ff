package import CordonCore

/// The effects that an executor may use, by action.
package struct EffectSet: Sendable {
  private let suspend: any ActionEffect
  private let block: any ActionEffect
  private let kill: any ActionEffect
  private let sweep: @Sendable ([Hold]) throws(CordonError) -> Int

  /// `sweep` undoes what is in effect on the machine without a hold that names it, and returns how much that was.
  package init(
    suspend: any ActionEffect, block: any ActionEffect, kill: any ActionEffect,
    sweep: @escaping @Sendable ([Hold]) throws(CordonError) -> Int
  ) {
    self.suspend = suspend
    self.block = block
    self.kill = kill
    self.sweep = sweep
  }

  /// The real ones.
  package static func linux(machine: any Machine, groups: FreezerGroups?) -> EffectSet {
    let suspension = ProcessSuspension(machine: machine, groups: groups)
    let block = AddressBlock()
    return EffectSet(
      suspend: suspension, block: block, kill: ProcessKill(machine: machine),
      sweep: { (holds) throws(CordonError) in
        let thawed = suspension.thawStrays(except: holds)
        // Without the program nothing of ours can be in the filter: rules go when the machine restarts.
        do throws(CordonError) { return thawed + (try block.unblockStrays(except: holds)) } catch { return thawed }
      })
  }

  package func effect(of action: Action.Name) -> any ActionEffect {
    switch action {
    case .suspendProcess: suspend
    case .blockAddress: block
    case .killProcess: kill
    }
  }

  package func sweepStrays(except holds: [Hold]) throws(CordonError) -> Int { try sweep(holds) }
}
