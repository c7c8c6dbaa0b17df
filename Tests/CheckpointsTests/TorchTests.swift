import Foundation
import CheckpointFuzzing
import Testing

@testable import Checkpoints
@testable import Tensors

@Suite struct TorchTests {
  static let folder =
    URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Goldens/torch").path(percentEncoded: false) + "/"

  @Test(
    "Checkpoints that torch.save wrote hold what PyTorch says they hold",
    arguments: [
      ("all_dtypes.pt", "all_dtypes"), ("views.pt", "views"), ("views_2.pt", "views"),
      ("views_3.pt", "views"), ("views_4.pt", "views"), ("views_5.pt", "views"),
      ("net.pth", "net"), ("parameters.pt", "net"), ("under_state_dict.ckpt", "net"),
      ("under_model_state_dict.ckpt", "net"), ("under_model.ckpt", "net"),
      ("parallel.bin", "net"), ("compiled.bin", "net"), ("sharded", "net"),
      ("sharded/pytorch_model.bin.index.json", "net"),
    ])
  func goldens(_ name: String, _ expected: String) throws {
    let model = try Checkpoint.open(Self.folder + name)
    try expectSame(model, try Checkpoint.open(Self.folder + expected + ".safetensors"))
    try model.checkUnchanged()
    #expect(model.metadata.isEmpty)
    #expect(model.files.count == (name.hasPrefix("sharded") ? 2 : 1))
  }

  @Test("Every run of elements of every view is the same run of the whole")
  func slices() throws {
    let model = try Checkpoint.open(Self.folder + "views.pt")
    let whole = try Checkpoint.open(Self.folder + "views.safetensors")
    for (position, info) in model.manifest.tensors.enumerated() where info.count > 0 {
      let size = info.dtype.byteCount
      let all = try whole.tensor(info.name).withBytes { Array($0) }
      for first in 0..<min(info.count, 40) {
        for count in [1, 2, 3, 5, 8, 13, 34, info.count] where first + count <= info.count {
          var found = [UInt8](repeating: 0, count: count * size)
          try found.withUnsafeMutableBytes {
            try model.read(Slice(tensor: position, elements: first..<first + count), into: $0)
          }
          #expect(
            found[...] == all[first * size..<(first + count) * size],
            "\(info.name) from \(first), \(count) elements")
        }
      }
    }
  }

  @Test("Views wider than a window are read through it, whichever way they are turned")
  func largeViews() throws {
    let (rows, columns) = (300, 700)
    let values = (0..<rows * columns).map { Float($0) }
    let views: [(String, shape: [Int], strides: [Int], at: (Int, Int) -> Int)] = [
      ("t", [columns, rows], [1, columns], { $1 * columns + $0 }),
      ("wide", [100, 200], [3 * columns, 2], { $0 * 3 * columns + $1 * 2 }),
      ("sparse", [2, 20], [1, 10_000], { $0 + $1 * 10_000 }),
      ("same", [2, 50_000], [1, 0], { i, _ in i }),
    ]
    try withDirectory { directory in
      let path = directory + "/m.pt"
      var pickle = PickleBuilder()
      pickle.dictionary {
        for view in views {
          $0.tensor(
            view.0, storage: "0", count: values.count, shape: view.shape, strides: view.strides)
        }
      }
      let data = values.withUnsafeBytes { Array($0) }
      try put(torchArchive(pickle.finish(), data: [("0", data)]), at: path)
      let model = try Checkpoint.open(path)
      for view in views {
        let found = try model.tensor(TensorName(view.0)).doubles()
        let (height, width) = (view.shape[0], view.shape[1])
        let wrong = found.indices.first { found[$0] != Double(view.at($0 / width, $0 % width)) }
        #expect(found.count == height * width && wrong == nil, "\(view.0)")
        // A run that begins and ends within rows.
        let position = try #require(model.manifest.position(of: TensorName(view.0)))
        let run = width / 3..<height * width - width / 2
        var part = [Float](repeating: -1, count: run.count)
        try part.withUnsafeMutableBytes {
          try model.read(Slice(tensor: position, elements: run), into: $0)
        }
        #expect(part.elementsEqual(found[run].lazy.map { Float($0) }), "\(view.0)")
      }
    }
  }

  @Test(
    "What is no state dict is refused in one line that names the file and what would do",
    arguments: [
      ("refused_module.pt", "'torch.nn.modules.container.Sequential', which is refused: it holds"),
      ("refused_evil.pt", "'posix.system', which is refused: only tensors and plain containers"),
      ("refused_complex.pt", "tensor 'w': element type 'complex64' is not supported"),
      ("refused_sparse.pt", "asks for 'torch._utils._rebuild_sparse_tensor', which is refused"),
      ("refused_nested.pt", "no tensors at the top level nor under 'state_dict'"),
      ("refused_legacy.pt", "written in PyTorch's format before 1.6"),
      ("refused_script.pt", "a TorchScript archive"),
    ])
  func refused(_ name: String, _ text: String) {
    let marker = "/tmp/fusion_bench_was_fooled"
    try? FileManager.default.removeItem(atPath: marker)
    do {
      _ = try Checkpoint.open(Self.folder + name)
      Issue.record("\(name) was read")
    } catch {
      #expect("\(error)".hasPrefix(Self.folder + name) && "\(error)".contains(text))
      #expect(!"\(error)".contains("\n"))
    }
    #expect(!FileManager.default.fileExists(atPath: marker))
  }

  @Test("A directory's weights are looked for as safetensors first, then as PyTorch's")
  func order() throws {
    try withDirectory { directory in
      let names = [
        "pytorch_model.bin.index.json", "pytorch_model.bin", "model.safetensors.index.json",
        "model.safetensors",
      ]
      for name in names {
        try put("x", at: directory + "/" + name)
        do {
          _ = try Checkpoint.open(directory)
          Issue.record("\(name) was read")
        } catch {
          #expect("\(error)".hasPrefix(directory + "/" + name + ": "))
        }
      }
    }
  }

  @Test("An index of PyTorch shards may name .bin files only")
  func shardNames() throws {
    try withDirectory { directory in
      let index = directory + "/pytorch_model.bin.index.json"
      for name in ["a.safetensors", "../a.bin", "/a.bin", ".bin", "a.pt"] {
        try put(#"{"weight_map":{"w":"\#(name)"}}"#, at: index)
        #expect(
          failure { _ = try Checkpoint.open(directory) }
            == .shardName(index: index, tensor: "w", shard: name, ending: ".bin"))
      }
    }
  }

  @Test("8-bit floats are what PyTorch makes of all 256 codes, and round as PyTorch rounds")
  func f8Tables() throws {
    let golden = try Checkpoint.open(Self.folder + "f8_tables.safetensors")
    let halves = try golden.tensor("halves").doubles()
    for dtype in [DType.float8e4m3, .float8e5m2] {
      let values = try golden.tensor(TensorName(dtype.torchName + ".values")).doubles()
      let codes = (0...255).map { UInt8($0) }
      var found = [Double](repeating: 0, count: 256)
      codes.withUnsafeBytes { bytes in
        found.withUnsafeMutableBufferPointer { Conversion.load(bytes, as: dtype, into: $0) }
      }
      #expect(
        zip(values, found).allSatisfy { $0.isNaN ? $1.isNaN : $0.bitPattern == $1.bitPattern })
      let rounded = try golden.tensor(TensorName(dtype.torchName + ".rounded")).withBytes {
        Array($0)
      }
      var stored = [UInt8](repeating: 0, count: halves.count)
      halves.withUnsafeBufferPointer { values in
        stored.withUnsafeMutableBytes { Conversion.store(values, as: dtype, into: $0) }
      }
      #expect(stored == rounded)
    }
  }
}
