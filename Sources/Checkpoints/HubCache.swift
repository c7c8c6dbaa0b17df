/// The local cache of the Hugging Face hub. Nothing is ever downloaded.
enum HubCache {
  /// Where the cache is, by the variables that `huggingface_hub` reads.
  static var directory: String {
    if let path = Paths.environment("HF_HUB_CACHE") { return Paths.expandingTilde(path) }
    if let home = Paths.environment("HF_HOME") {
      return Paths.join(Paths.expandingTilde(home), "hub")
    }
    let cache = Paths.environment("XDG_CACHE_HOME") ?? "~/.cache"
    return Paths.join(Paths.expandingTilde(cache), "huggingface/hub")
  }

  /// The snapshot of a model called `org/name`; nil when the text is no such name.
  ///
  /// - Throws: `CheckpointError.notCached`, `.brokenCache`.
  static func snapshot(of model: String) throws -> String? {
    let parts = model.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy(isRepositoryPart) else { return nil }
    let cache = directory
    let repository = Paths.join(cache, "models--\(parts[0])--\(parts[1])")
    guard Paths.kind(of: repository) == .directory else {
      throw CheckpointError.notCached(name: model, cache: cache)
    }
    let reference = Paths.join(repository, "refs/main")
    let revision = try revision(in: reference)
    let snapshot = Paths.join(repository, "snapshots/" + (revision ?? ""))
    guard revision != nil, Paths.kind(of: snapshot) == .directory else {
      throw CheckpointError.brokenCache(name: model, path: reference)
    }
    return snapshot
  }

  /// What a reference holds: the plain name of a snapshot.
  private static func revision(in path: String) throws -> String? {
    guard Paths.exists(path) else { return nil }
    let (file, status) = try OpenFile.reading(path)
    guard status.size <= 200 else { return nil }
    var bytes = [UInt8](repeating: 0, count: status.size)
    try bytes.withUnsafeMutableBytes { try file.read(at: 0, into: $0) }
    let text = bytes.filter { $0 > 0x20 }
    guard !text.isEmpty, text.allSatisfy(isNameByte), text != [UInt8(ascii: ".")],
      text != Array("..".utf8)
    else { return nil }
    return String(validating: text, as: UTF8.self)
  }

  private static func isRepositoryPart(_ part: Substring) -> Bool {
    !part.isEmpty && part.utf8.count <= 96 && part.utf8.first != UInt8(ascii: ".")
      && part.utf8.allSatisfy(isNameByte)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
      UInt8(ascii: "."):
      true
    default: false
    }
  }
}
