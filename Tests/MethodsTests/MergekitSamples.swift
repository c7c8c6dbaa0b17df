import FusionCore
import Methods

extension MethodCase {
  static let mergekit = [
    MethodCase(testDescription: "NuSLERP", names: ["_pretrained_", "a", "b"]) { NuSlerpMerging() },
    MethodCase(testDescription: "NuSLERP by rows", names: ["_pretrained_", "a", "b"]) {
      set(NuSlerpMerging()) { $0.flatten = false }
    },
    MethodCase(testDescription: "NuSLERP by columns", names: ["a", "b"]) {
      set(NuSlerpMerging()) {
        $0.flatten = false
        $0.rowWise = true
      }
    },
    MethodCase(testDescription: "multi-SLERP") { MultiSlerpMerging() },
    MethodCase(testDescription: "Karcher mean") { KarcherMerging() },
    MethodCase(testDescription: "nearswap", names: ["_pretrained_", "a"]) {
      set(NearSwapMerging()) { $0.t = 0.5 }
    },
    MethodCase(testDescription: "RAM") { set(RAMMerging()) { $0.epsilon = 0.8 } },
    MethodCase(testDescription: "RAM+") { set(RAMPlusMerging()) { $0.epsilon = 0.8 } },
    MethodCase(testDescription: "breadcrumbs") {
      set(BreadcrumbsMerging()) { $0.density = .number(0.7) }
    },
    MethodCase(testDescription: "breadcrumbs TIES") {
      set(BreadcrumbsTiesMerging()) {
        $0.density = .list([0.3, 0.9, 1])
        $0.rescale = true
      }
    },
    MethodCase(testDescription: "DELLA") { set(DellaMerging()) { $0.density = .number(0.6) } },
    MethodCase(testDescription: "DELLA linear") {
      set(DellaLinearMerging()) {
        $0.density = .list([0.3, 0.5, 1])
        $0.seed = 4
      }
    },
    MethodCase(testDescription: "SCE") { set(SCEMerging()) { $0.topShare = 0.4 } },
  ]
}

private func set<M>(_ method: M, _ change: (M) -> Void) -> M {
  change(method)
  return method
}

private let two = ["_pretrained_", "a", "b"]
private let four = ["a", "b", "c", "d"]

private func nuSlerp(flatten: Bool = true, rowWise: Bool = false) -> NuSlerpMerging {
  set(NuSlerpMerging()) {
    $0.weight = .list([1.5, 0.5])
    $0.flatten = flatten
    $0.rowWise = rowWise
  }
}

private func breadcrumbs(_ method: BreadcrumbsMerging) -> BreadcrumbsMerging {
  set(method) {
    $0.weight = .list([0.4, 0.3, 0.2, 0.1])
    $0.density = .number(0.7)
    $0.gamma = .number(0.05)
  }
}

/// Results of mergekit's own functions, tensor by tensor.
let mergekitReferences = [
  ReferenceCase(testDescription: "nuslerp", prefix: "mergekit", names: two) { nuSlerp() },
  ReferenceCase(testDescription: "nuslerp_values", prefix: "mergekit", names: ["a", "b"]) {
    nuSlerp()
  },
  ReferenceCase(testDescription: "nuslerp_last", prefix: "mergekit", names: two) {
    nuSlerp(flatten: false)
  },
  ReferenceCase(testDescription: "nuslerp_first", prefix: "mergekit", names: two) {
    nuSlerp(flatten: false, rowWise: true)
  },
  ReferenceCase(testDescription: "multislerp", prefix: "mergekit") {
    set(MultiSlerpMerging()) { $0.weight = .list([0.5, 1, 2, 0.5]) }
  },
  ReferenceCase(testDescription: "multislerp_values", prefix: "mergekit", names: four) {
    set(MultiSlerpMerging()) {
      $0.weight = .list([0.3, 0.3, 0.2, 0.1])
      $0.normalizeWeights = false
    }
  },
  ReferenceCase(testDescription: "karcher_values", prefix: "mergekit", names: four) {
    KarcherMerging()
  },
  ReferenceCase(testDescription: "nearswap", prefix: "mergekit", names: ["_pretrained_", "a"]) {
    set(NearSwapMerging()) { $0.t = 0.003 }
  },
  ReferenceCase(testDescription: "ram", prefix: "mergekit") {
    set(RAMMerging()) { $0.epsilon = 0.012 }
  },
  ReferenceCase(testDescription: "ramplus_tl", prefix: "mergekit") {
    set(RAMPlusTLMerging()) {
      $0.epsilon = 0.012
      $0.strength = 0.5
      $0.limit = 0.7
    }
  },
  ReferenceCase(testDescription: "sce", prefix: "mergekit") { SCEMerging() },
  ReferenceCase(testDescription: "sce_topk", prefix: "mergekit") {
    set(SCEMerging()) { $0.topShare = 0.3 }
  },
  ReferenceCase(testDescription: "breadcrumbs", prefix: "mergekit") {
    set(breadcrumbs(BreadcrumbsMerging())) { $0.lambda = 0.8 }
  },
  ReferenceCase(testDescription: "breadcrumbs_rescaled", prefix: "mergekit") {
    set(BreadcrumbsMerging()) {
      $0.density = .list([0.9, 0.5, 1, 0.98])
      $0.gamma = .list([0.05, 0.06, 0.05, 0.05])
      $0.normalize = true
      $0.rescale = true
    }
  },
  ReferenceCase(testDescription: "breadcrumbs_ties", prefix: "mergekit") {
    set(breadcrumbs(BreadcrumbsTiesMerging())) { $0.normalize = true }
  },
]
