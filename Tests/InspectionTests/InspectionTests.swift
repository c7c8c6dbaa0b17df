import Checkpoints
import Foundation
import FusionCore
import FusionTestSupport
import Inspection
import Tensors
import Testing

@Suite struct InspectionTests {
  private func withFolder<R>(_ body: (String) throws -> R) throws -> R {
    let path = FileManager.default.temporaryDirectory
      .appending(path: "inspection-\(UUID().uuidString)").path(percentEncoded: false)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  private func save(_ tensors: [Tensor], to path: String) throws {
    let state = try InMemoryStateDict(tensors)
    let writer = try SafetensorsWriter(
      state.manifest, to: path, maxShardSize: 2 << 20, runID: "test", fsync: false)
    try writer.create()
    try writer.open()
    for (position, tensor) in tensors.enumerated() where tensor.info.count > 0 {
      try tensor.withBytes {
        try writer.write(Slice(tensor: position, elements: 0..<tensor.info.count), $0)
      }
    }
    try writer.finishWriting()
    try writer.commit()
  }

  private func values(_ count: Int, _ change: (inout [Double]) -> Void = { _ in }) -> [Double] {
    var values = (0..<count).map { Double($0 % 1000) / 8 }
    change(&values)
    return values
  }

  @Test("non-finite values are counted per tensor by any number of ranks", arguments: [1, 2, 3])
  func inspects(_ ranks: Int) throws {
    try withFolder { folder in
      let count = 600_000
      try save(
        [
          try Tensor(
            "a", shape: [count],
            values: values(count) {
              $0[0] = .nan
              $0[count - 1] = .infinity
              $0[1 << 18] = -.infinity
            }),
          try Tensor("b", dtype: .bfloat16, shape: [2, 3], values: values(6)),
          try Tensor("c", dtype: .int64, shape: [], values: [-1]),
          try Tensor("d", dtype: .float16, shape: [0, 4], values: []),
        ], to: folder)
      let found = try ThreadFabric.run(ranks: ranks, threads: 2) { world in
        let found = try CheckpointInspection(folder, in: world)
        return (
          found.entries.map { "\($0.info.name) \($0.nonFinite ?? -1)" }, found.text, found.json
        )
      }
      for (entries, text, json) in found {
        #expect(Set(entries) == ["a 3", "b 0", "c 0", "d 0"])
        #expect(text.contains("4 tensors, 600007 elements, 2400020 bytes in 2 files; 3 values"))
        #expect(json["non_finite"] == .integer(3))
      }
      let headers = try CheckpointInspection(folder, readsValues: false, in: LocalFabric())
      #expect(headers.entries.allSatisfy { $0.nonFinite == nil })
      #expect(headers.json["non_finite"] == .null)
    }
  }

  @Test(
    "distances are those of a plain computation, for any number of ranks", arguments: [1, 2, 5])
  func compares(_ ranks: Int) throws {
    try withFolder { folder in
      let count = 700_001
      let a = values(count)
      let b = values(count) { values in
        for i in stride(from: 0, to: count, by: 7) { values[i] += i % 2 == 0 ? 0.5 : -0.25 }
      }
      let tail = try Tensor("same", shape: [3], values: [1, .nan, -0.0])
      try save(
        [
          try Tensor("w", shape: [count], values: a), tail,
          try Tensor("only.a", shape: [1], values: [1]),
          try Tensor("shape", shape: [2, 2], values: [1, 2, 3, 4]),
          try Tensor("type", shape: [2], values: [1, 2]),
          try Tensor("nan", shape: [2], values: [1, 2]),
          try Tensor("zero", shape: [2], values: [0, 0]),
        ], to: folder + "/a")
      try save(
        [
          try Tensor("zero", shape: [2], values: [0, 1]),
          try Tensor("type", dtype: .float64, shape: [2], values: [1, 2]),
          try Tensor("nan", shape: [2], values: [1, .nan]),
          try Tensor("shape", shape: [4], values: [1, 2, 3, 4]), tail,
          try Tensor("w", shape: [count], values: b),
          try Tensor("only.b", shape: [1], values: [1]),
        ], to: folder + "/b")
      let all = try ThreadFabric.run(ranks: ranks, threads: 2) { world in
        let found = try CheckpointComparison(folder + "/a", folder + "/b", in: world)
        return (found.json, found.text, found.isIdentical)
      }
      let alone = try CheckpointComparison(folder + "/a", folder + "/b", in: LocalFabric())
      for (json, text, isIdentical) in all {
        // To the last bit, whoever computed what.
        #expect(json.text() == alone.json.text() && text == alone.text && !isIdentical)
      }
      var pairs: [String: CheckpointComparison.Pair] = [:]
      for pair in alone.pairs { pairs[pair.first.name.string] = pair }
      let w = try #require(pairs["w"]?.distance)
      let differences = zip(a, b).map { abs($0 - $1) }
      #expect(w.differing == differences.filter { $0 > 0 }.count && w.largest == 0.5)
      let l2 = differences.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(w.l2 - l2) < 1e-9 * l2)
      let norm = a.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(w.relative - l2 / norm) < 1e-9)
      let same = try #require(pairs["same"]?.distance)
      #expect(same.isIdentical && same.differing == 0 && same.l2 == 0 && same.relative == 0)
      #expect(pairs["shape"]?.distance == nil)
      #expect(pairs["type"]?.distance?.isIdentical == false)
      #expect(pairs["type"]?.distance?.differing == 0)
      #expect(pairs["nan"]?.distance?.largest.isNaN == true)
      #expect(pairs["nan"]?.distance?.differing == 1)
      #expect(pairs["zero"]?.distance?.relative == .infinity)
      #expect(alone.onlyInFirst == ["only.a"] && alone.onlyInSecond == ["only.b"])
      let itself = try CheckpointComparison(folder + "/a", folder + "/a", in: LocalFabric())
      #expect(itself.isIdentical && itself.text == "7 tensors are identical, 0 are not\n")
    }
  }

  @Test("a checkpoint that cannot be read is one error on every rank")
  func unreadable() throws {
    try withFolder { folder in
      let outcomes = ThreadFabric.outcomes(ranks: 2) { world in
        _ = try CheckpointInspection(folder + "/gone", in: world)
      }
      for outcome in outcomes {
        #expect(throws: AgreedError.self) { try outcome.get() }
      }
    }
  }
}
