extension MalformedInput {
  private static var members: [ZipMember] {
    torchMembers(FuzzTarget.pickles[0], data: FuzzTarget.data)
  }

  /// A sound archive with one member changed.
  private static func changed(_ position: Int, _ change: (inout ZipMember) -> Void) -> [UInt8] {
    var members = members
    change(&members[position])
    return zip(members)
  }

  static var zips: [Case] {
    let sound = zip(members)
    var files = stride(from: 0, to: sound.count, by: 23).map { Array(sound[..<$0]) }
    files += [sound.dropLast(), sound + [0]].map { Array($0) }
    files += (0..<members.count).flatMap { position in
      [
        changed(position) { $0.method = 8 }, changed(position) { $0.method = 93 },
        changed(position) { $0.flags = 1 }, changed(position) { $0.flags = 0x2000 },
        changed(position) { $0.size = 0x7FFF_FFFF },
        changed(position) { $0.compressedSize = 1 << 30 },
        changed(position) { $0.size = .max }, changed(position) { $0.offset = .max - 1 },
        changed(position) { $0.offset = 3 }, changed(position) { $0.localName = Array("x".utf8) },
        changed(position) { $0.localSignature = 0 }, changed(position) { $0.signature = 0 },
        changed(position) { $0.disk = 2 }, changed(position) { $0.name = [] },
        changed(position) { $0.name = Array("../evil".utf8) },
        changed(position) { $0.name = Array("/etc/passwd".utf8) },
        changed(position) { $0.name = Array("a\\b".utf8) },
        changed(position) { $0.name = [0x6D, 0] },
        changed(position) { $0.name = [0xFF, 0xFE] },
      ]
    }
    files += [1, 3, 4].map { position in
      changed(position) { $0.name = Array("m/data.pkl".utf8) }
    }
    files += ends.map { zip(members, end: $0) }
    files += [
      zip([]), zip(Array(members.dropFirst())), zip(Array(members.dropLast(2))),
      zip(members + members), zip(members + [ZipMember("other/data.pkl", FuzzTarget.pickles[0])]),
      zip(members + [ZipMember("m/constants.pkl", [])]),
      changed(1) { $0.data = Array("big".utf8) }, changed(1) { $0.data = Array("littlx".utf8) },
      changed(3) { $0.data = [1, 2, 3] }, changed(4) { $0.data = [] },
      changed(0) { $0.data = [] }, changed(0) { $0.name = Array("data.pkl".utf8) },
      Array("PK".utf8), Array("PK\u{3}\u{4}".utf8), [UInt8](repeating: 0x50, count: 70_000),
      [0x80, 2, 0x8A, 10] + [UInt8](repeating: 0, count: 200),
      [UInt8](repeating: 0, count: 257) + Array("ustar\0".utf8) + [UInt8](repeating: 0, count: 300),
      Array("<!DOCTYPE html><html>not found</html>".utf8),
      Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n".utf8),
      Array("GGUF".utf8) + [3, 0, 0, 0], [0x89] + Array("HDF\r\n".utf8), [],
    ]
    return files.enumerated().map { number, bytes in
      file(["pytorch_model.bin", "m.pt", "m.pth", "m.ckpt"][number % 4], bytes)
    }
  }

  private static let ends: [ZipEnd] = [
    ZipEnd(count: 4), ZipEnd(count: 6), ZipEnd(count: 0), ZipEnd(size: 1), ZipEnd(size: .max - 1),
    ZipEnd(start: 0), ZipEnd(start: .max - 1), ZipEnd(disk: 1), ZipEnd(count: .max),
    ZipEnd(count: .max, zip64: [.max, .max, .max]), ZipEnd(count: .max, zip64: [5, 0, 0]),
    ZipEnd(count: .max, zip64: [5, 1 << 62, 1 << 62]), ZipEnd(count: .max, zip64: [1, 46, 0]),
    ZipEnd(count: .max, zip64: [5, 300, 0, .max]), ZipEnd(count: .max, zip64: [5, 300, 0, 0]),
    ZipEnd(start: .max, zip64: [5, .max, .max - 10]),
  ]
}
