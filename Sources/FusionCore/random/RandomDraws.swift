internal import CFusionKernels
import Tensors

/// Uniform random numbers for every element of every tensor of every model of a merge.
///
/// A draw is a function of the seed, the model's position in the pool, the tensor's name and the
/// element's position in the tensor, and of nothing else: it is the same however the work is cut,
/// and another one for another model or tensor. The generator is Philox4x32-10 (Salmon et al.,
/// "Parallel random numbers: as easy as 1, 2, 3", 2011, https://doi.org/10.1145/2063384.2063405).
public struct RandomDraws: Sendable {
  private let key: UInt64
  /// One for each tensor.
  private let nameHashes: [UInt64]

  /// Fixes the seed, for tensors of the names in `manifest`.
  public init(seed: Int, manifest: Manifest) {
    key = UInt64(bitPattern: Int64(seed))
    nameHashes = manifest.tensors.map { fnv1a($0.name.string) }
  }

  /// Sets `draws` to the draws of consecutive elements.
  ///
  /// - Parameters:
  ///   - draws: uniform among all 32-bit numbers.
  ///   - tensor: position in the manifest.
  ///   - model: position in the pool.
  ///   - first: the first element, counted from the start of the tensor.
  public func fill(
    _ draws: UnsafeMutableBufferPointer<UInt32>, tensor: Int, model: Int, from first: Int
  ) {
    guard let start = draws.baseAddress else { return }
    ck_random_u32(
      key, stream(tensor: tensor, model: model), UInt64(first), start, draws.count)
  }

  /// One of a sequence of numbers below `limit` that belong to no tensor, evenly spread but for a
  /// share of limit · 2⁻⁶⁴.
  public func number(_ position: Int, below limit: Int) -> Int {
    var words: (UInt32, UInt32) = (0, 0)
    withUnsafeMutablePointer(to: &words) { words in
      words.withMemoryRebound(to: UInt32.self, capacity: 2) {
        ck_random_u32(key, .max, UInt64(2 * position), $0, 2)
      }
    }
    let draw = UInt64(words.0) << 32 | UInt64(words.1)
    return Int(draw.multipliedFullWidth(by: UInt64(limit)).high)
  }

  /// The upper half of the generator's counter: the name's hash and the model, well mixed.
  private func stream(tensor: Int, model: Int) -> UInt64 {
    mixed(nameHashes[tensor] &+ UInt64(model + 1) &* 0x9E37_79B9_7F4A_7C15)
  }
}

/// The 64-bit FNV-1a hash of the UTF-8 bytes (http://www.isthe.com/chongo/tech/comp/fnv/).
private func fnv1a(_ text: String) -> UInt64 {
  text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}

/// The output function of SplitMix64 (Steele et al., 2014), one to one on 64 bits.
private func mixed(_ value: UInt64) -> UInt64 {
  var x = value
  x = (x ^ x >> 30) &* 0xBF58_476D_1CE4_E5B9
  x = (x ^ x >> 27) &* 0x94D0_49BB_1331_11EB
  return x ^ x >> 31
}
