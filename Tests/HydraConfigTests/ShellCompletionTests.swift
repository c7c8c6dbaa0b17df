import Foundation
import HydraConfig
import Testing

@Suite struct ShellCompletionTests {
  private static let lines: [(String, [String])] = [
    ("db=p", ["db=pg"]), ("server/", ["server/logging="]), ("~d", ["~db"]),
    ("+ca", ["+cache="]), ("nested.b", ["nested.b."]), ("nested.b.c.2.", ["nested.b.c.2.d="]),
    ("nested.a=", ["nested.a=1"]), ("lr=", ["lr=0.001"]), ("need=", ["need="]),
    ("db=sqlite db.", ["db.driver=", "db.file="]), ("nothing=", []), ("zz", []),
    ("hydra.job.na", ["hydra.job.name="]),
    (
      "--cfg job hydra/job_logging=d",
      ["hydra/job_logging=default", "hydra/job_logging=disabled"]
    ),
  ]

  @Test(arguments: lines)
  func `groups, options, keys and values complete`(line: String, expected: [String]) throws {
    let directory = try SampleTree.directory()
    let completion = ShellCompletion(composer: directory.composer, configName: "config")
    #expect(completion.candidates(line) == expected)
  }

  @Test func `the scripts call the program and can be removed`() {
    let script = ShellCompletion.installScript(.bash, program: "fusion_bench")
    #expect(script.contains("fusion_bench -sc query=bash"))
    #expect(
      script.hasSuffix("complete -o nospace -o default -F _fusion_bench_complete fusion_bench\n"))
    #expect(ShellCompletion.installScript(.zsh, program: "x").hasPrefix("autoload"))
    #expect(
      ShellCompletion.uninstallScript(program: "a-b") == "complete -r a-b\nunset -f _a_b_complete\n"
    )
  }

  /// The program is a shell function here that answers with what it was asked.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/bin/bash")))
  func `bash asks for the line up to the cursor and offers what fits`() throws {
    let script = """
      app() { echo "$1 $2" > "$ASKED"; echo "$COMP_LINE" >> "$ASKED"; echo db=pg db=mysql name=; }
      eval "$(cat)"
      complete -p app | grep -o -- '-F .*'
      COMP_LINE='app lr=1 db=p rest' COMP_POINT=13 COMP_WORDS=(app lr=1 db=p rest) COMP_CWORD=2
      _app_complete
      echo "${COMPREPLY[*]}"
      cat "$ASKED"
      """
    let printed = try answer(of: "/bin/bash", to: script, for: .bash)
    #expect(
      printed == """
        -F _app_complete app
        db=pg
        -sc query=bash
        app lr=1 db=p

        """)
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/zsh")))
  func `zsh asks for the line up to the cursor and offers what fits`() throws {
    let script = """
      autoload -U compinit && compinit -u -D
      app() { echo "$1 $2" > "$ASKED"; echo "$COMP_LINE" >> "$ASKED"; echo db=pg db=mysql name=; }
      eval "$(cat)"
      completing() {
        emulate -L sh
        local COMP_LINE='app lr=1 db=p rest' COMP_POINT=13 COMP_CWORD=2
        local -a COMP_WORDS COMPREPLY
        COMP_WORDS=(app lr=1 db=p rest)
        _app_complete
        echo "${COMPREPLY[*]}"
      }
      completing
      cat "$ASKED"
      """
    // zsh itself leaves out what does not fit, once it is asked.
    let printed = try answer(of: "/usr/bin/zsh", to: script, for: .zsh)
    #expect(printed == "db=pg db=mysql name=\n-sc query=bash\napp lr=1 db=p\n")
  }

  /// What a shell prints that runs `script` with the script for completion on standard input.
  private func answer(
    of shell: String, to script: String, for kind: ShellCompletion.Shell
  ) throws -> String {
    let directory = try ConfigDirectory(["config.yaml": ""])
    let process = Process()
    process.executableURL = URL(fileURLWithPath: shell)
    process.arguments = ["-c", script]
    process.environment = ["ASKED": directory.path + "/asked", "PATH": "/usr/bin:/bin"]
    let (input, output) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    input.fileHandleForWriting.write(
      Data(ShellCompletion.installScript(kind, program: "app").utf8))
    try input.fileHandleForWriting.close()
    let printed = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return printed
  }
}
