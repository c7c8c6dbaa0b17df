import Testing
import Wording

@testable import Checkpoints

@Suite struct MessageTests {
  @Test(
    "Messages name the file, the tensor and the value",
    arguments: [
      (
        CheckpointError.system(operation: "open", path: "m.safetensors", errno: 13),
        "m.safetensors: cannot open: Permission denied (errno 13)"
      ),
      (
        .missing(path: "bsae", didYouMean: "base"),
        "bsae: no such file or directory; did you mean 'base'?"
      ),
      (
        .noWeights(directory: "d", others: ["x.safetensors"]),
        "d: no weights; looked for model.safetensors, model.safetensors.index.json,"
          + " pytorch_model.bin, pytorch_model.bin.index.json; it holds 'x.safetensors':"
          + " name the file itself"
      ),
      (
        .json(path: "m", tensor: "w", JSONFault(kind: .negativeNumber, offset: 7)),
        "m: tensor 'w': negative number at byte 7"
      ),
      (
        .wrongFileSize(path: "m", expected: 10, found: 9),
        "m: cut short: the file has 9 bytes, its header describes 10"
      ),
      (
        .shardName(index: "i.json", tensor: "w", shard: "../x\u{1B}", ending: ".safetensors"),
        "i.json: tensor 'w': shard '../x\\u{1B}' must be the plain name of a .safetensors file"
          + " in the same directory"
      ),
      (
        .notInShard(index: "i.json", tensor: "w", shard: "1", holder: "2"),
        "i.json: tensor 'w': not in shard '1', but in '2'"
      ),
      (
        .noSpace(path: "out", needed: 10, free: 3), "out: no space left: 10 bytes needed, 3 free"
      ),
      (.outputExists(path: "out"), "out: output exists; set overwrite=true to replace it"),
      (
        .invalidSize("5 apples"),
        "'5 apples' is no size: expected bytes or a number with a unit, such as 5GB, 500MB or 2GiB"
      ),
      (
        .notCached(name: "org/x", cache: "/c"),
        "'org/x' is neither a local path nor in the Hugging Face cache (/c)"
      ),
    ])
  func wording(_ error: CheckpointError, _ text: String) {
    #expect("\(error)" == text)
  }

  @Test("Text from files cannot break the line or fill the screen")
  func oneLineText() {
    #expect(
      oneLine("a\n\u{1B}[2J\u{85}\u{2028}\u{202E}\u{e9}")
        == #"a\n\u{1B}[2J\u{0085}\u{2028}\u{202E}"# + "\u{e9}")
    #expect(oneLine(String(repeating: "x", count: 30), limit: 5) == "xxxxx…")
    let name = String(repeating: "x", count: 100_000)
    let error = CheckpointError.duplicateTensor(path: "m", tensor: .init(name))
    #expect("\(error)".utf8.count < 4000)
  }
}
