package import CordonLearning

/// How much of the labels a model may see.
package enum LabSupervision: String, CaseIterable, Sendable {
  /// None: labels only judge.
  case none
  /// Rows with label 0 alone are learned from.
  case normal
  /// Rows and labels are learned from.
  case full
}

/// What to train on what, and what to judge it by.
package struct LabRequest: Sendable {
  package var train: LabTable
  /// Nil: the training rows themselves are judged, or under `full` a part of them that is held out.
  package var test: LabTable?
  package var label: String
  /// Nil: the one that fits the supervision.
  package var recipe: ModelRecipe?
  package var drop: Set<String>
  package var categorical: Set<String>
  package var supervision: LabSupervision
  package var seed: UInt64

  package init(
    train: LabTable, test: LabTable? = nil, label: String, recipe: ModelRecipe? = nil, drop: Set<String> = [],
    categorical: Set<String> = [], supervision: LabSupervision, seed: UInt64 = 1
  ) {
    self.train = train
    self.test = test
    self.label = label
    self.recipe = recipe
    self.drop = drop
    self.categorical = categorical
    self.supervision = supervision
    self.seed = seed
  }
}
