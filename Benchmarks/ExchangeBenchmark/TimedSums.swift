import BareReductions
import ConfigTree
import Foundation
import FusionCore
import ModelPools
import Tensors
import Threading

/// The ways of summing one model of every rank, in float32. Each rank holds or reads its own alone.
final class TimedSums {
  private let world: any Fabric
  private let models: [any StateDict]
  private let values: [Float]
  private var sums: [Float]

  /// Makes the models that are not there yet, and has each read by one rank.
  ///
  /// Every process of `world` needs to call this.
  init(folder: String, mebibytes: Int, world: any Fabric) throws {
    self.world = world
    let manifest = try Manifest(
      (0..<mebibytes / 16).map {
        try TensorInfo(
          name: TensorName("layer.\(1000 + $0).weight"), dtype: .float32, shape: [4096, 1024])
      })
    let rank = world.globalRank
    values = (0..<manifest.elementCount).map { Self.value($0, of: rank) }
    sums = Array(repeating: 0, count: values.count)
    let paths = (0..<world.worldSize).map { "\(folder)/\(mebibytes)-\($0)" }
    try values.withUnsafeBytes { try NumberedModel.write($0, manifest, to: paths[rank]) }
    try world.barrier()
    models = try NumberedModel.deal(paths, in: world)
    // As the command has it where models are dealt.
    WorkingMemory.threads = world.readingThreads
    WorkingMemory.largestRead = Self.elementsAtOnce
  }

  /// Elements of one model that a thread reads at a time where models are dealt.
  private static let elementsAtOnce = 1 << 17

  /// Small whole numbers, whose sums are exact in any order.
  private static func value(_ element: Int, of rank: Int) -> Float {
    Float((element &* 7 &+ element >> 9 &+ rank) % 1021)
  }

  /// Names of the ways, and what runs them: seconds of the slowest rank.
  var all: [(name: String, run: () throws -> Double)] {
    let whole = Int64(values.count)
    let piece: Int64 = 1 << 18
    return [
      ("MPI_Allreduce, whole", { try self.bare(bare_allreduce, whole) }),
      ("MPI_Allreduce, 1 MiB pieces", { try self.bare(bare_allreduce, piece) }),
      ("MPI_Reduce_scatter, whole", { try self.bare(bare_reduce_scatter, whole) }),
      ("MPI_Reduce_scatter, 1 MiB pieces", { try self.bare(bare_reduce_scatter, piece) }),
      ("exchange", exchange),
      ("exchange and sum", exchangeAndSum),
    ]
  }

  private typealias Reduction = (
    UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int64, Int64
  ) -> Double

  private func bare(_ reduce: Reduction, _ piece: Int64) throws -> Double {
    let seconds = values.withUnsafeBufferPointer { values in
      sums.withUnsafeMutableBufferPointer { sums in
        reduce(values.baseAddress, sums.baseAddress, Int64(values.count), piece)
      }
    }
    guard seconds >= 0 else { throw BenchmarkError(what: "MPI cannot sum") }
    return seconds
  }

  /// Reads this rank's part of all models, and does nothing with it.
  private func exchange() throws -> Double {
    let models = self.models
    return try timed { slice, buffers, _ in
      let room = buffers.room(models.map { _ in slice.count * 4 })
      try SliceRead.all(zip(models, room).map { SliceRead($0, slice, into: $1) })
    }
  }

  /// Sums this rank's part of all models, as an algorithm does.
  private func exchangeAndSum() throws -> Double {
    let merge = ElementwiseMerge(
      try ElementwiseInputs(models: models.enumerated().map { ("m\($0)", $1) }), label: "sum"
    ) { block in
      for model in block.models { block.sum.add(model) }
    }
    let seconds = try timed { slice, _, sums in try merge.read(slice, into: sums) }
    try check()
    return seconds
  }

  /// What this rank reads of every model.
  private var slices: [Slice] {
    models[0].slices(part: world.globalRank, of: world.worldSize, limit: Self.elementsAtOnce)
  }

  /// Seconds of the slowest rank for a body that makes the sums of slices.
  private func timed(
    _ body:
      @escaping @Sendable (
        Slice, SliceBuffers, UnsafeMutableRawBufferPointer
      ) throws -> Void
  ) throws -> Double {
    let slices = self.slices
    let offsets = models[0].manifest.elementOffsets
    let parallel = Parallel(threads: world.readingThreads)
    try world.barrier()
    let start = ContinuousClock.now
    try sums.withUnsafeMutableBytes { sums in
      nonisolated(unsafe) let sums = sums
      try world.agreeing {
        _ = try parallel.forEach(slices.count, makeState: { SliceBuffers() }) { buffers, index in
          let slice = slices[index]
          let first = (offsets[slice.tensor] + slice.elements.lowerBound) * 4
          try body(slice, buffers, .init(rebasing: sums[first..<first + slice.count * 4]))
        }
      }
    }
    var seconds = [(ContinuousClock.now - start) / .seconds(1)]
    try world.allReduce(&seconds, .max)
    return seconds[0]
  }

  /// Throws unless this rank's part of the sums is right; puts zeros there.
  private func check() throws {
    let (ranks, slices, offsets) = (world.worldSize, slices, models[0].manifest.elementOffsets)
    try sums.withUnsafeMutableBufferPointer { sums in
      for slice in slices {
        let start = offsets[slice.tensor]
        for element in start + slice.elements.lowerBound..<start + slice.elements.upperBound {
          var expected: Float = 0
          for rank in 0..<ranks { expected += Self.value(element, of: rank) }
          guard sums[element] == expected else {
            throw BenchmarkError(
              what: "the sum at \(element) is \(sums[element]), not \(expected)")
          }
          sums[element] = 0
        }
      }
    }
  }
}

struct BenchmarkError: Error, CustomStringConvertible {
  let what: String
  var description: String { what }
}
