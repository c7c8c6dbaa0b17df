import Tensors

/// The factors of an adapter that another process reads: parts of its model that follow the tensors.
struct RemoteFactors: RemoteStateDict {
  let label: String
  let manifest: Manifest
  let firstPart: Int
  let blocks: RemoteBlocks
}
