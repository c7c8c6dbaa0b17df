import ConfigTree
import HydraConfig
import Testing

@Suite struct CompositionTests {
  let directory: ConfigDirectory

  init() throws {
    directory = try SampleTree.directory()
  }

  private func node(_ path: String, _ overrides: String..., config: String = "config") throws
    -> ConfigValue?
  {
    try directory.composer.compose(configName: config, overrides: overrides).job.node(at: path)?
      .value
  }

  @Test func `files are merged in the order of the defaults list`() throws {
    #expect(
      try directory.job() == """
        db:
          driver: mysql
          port: 3306
        server:
          logging:
            level: info
        backup:
          driver: pg
          port: 5432
        list_group:
          one: 1
          shared: b
          two: 2
        name: exp
        lr: 0.001
        nothing: null
        need: ???
        nested:
          a: 1
          b:
            c:
            - 1
            - 2
            - d: x
        list:
        - a
        - b
        - c
        alias: ${nested.b}

        """)
  }

  @Test func `a group choice replaces the file, whatever the order of the overrides`() throws {
    #expect(try node("db.driver", "db=sqlite") == .string("sqlite"))
    #expect(try node("db.file", "db=sqlite") == .string("/tmp/x"))
    #expect(try node("db.port", "db.port=9", "db=pg") == .int(9))
    #expect(try node("backup.file", "db@backup=sqlite") == .string("/tmp/x"))
    #expect(try node("list_group.one", "list_group=[two]") == nil)
    #expect(try node("server.logging.level", "server/logging=debug") == .string("debug"))
  }

  @Test func `groups can be added, also in another package, and deleted`() throws {
    #expect(try node("cache_kind", "cache=redis") == .string("redis"))
    #expect(try node("top.level.kind", "cache=mem") == .string("mem"))
    #expect(try node("x.y.driver", "+db@x.y=pg") == .string("pg"))
    #expect(try node("driver", "+db@_global_=pg") == .string("pg"))
    #expect(try node("db", "~db") == nil)
    #expect(try node("db", "~db=mysql") == nil)
    #expect(try node("backup.driver", "~db") == .string("pg"))
  }

  @Test func `an experiment overrides choices of other groups and values`() throws {
    #expect(try node("db.driver", "+experiment=fast") == .string("sqlite"))
    #expect(try node("server.logging.level", "+experiment=fast") == .string("debug"))
    #expect(try node("lr", "+experiment=fast") == .float(0.5))
    #expect(try node("db.driver", "+experiment=fast", "db=pg") == .string("pg"))
  }

  @Test func `packages are relative, absolute, empty or the group's`() throws {
    #expect(
      try directory.job(config: "pkgs") == """
        driver: mysql
        port: 3306
        g:
          h:
            driver: pg
            port: 5432
        x:
          'y':
            driver: sqlite
            file: /tmp/x
        sub:
          leaf: 1
          local:
            driver: pg
            port: 5432
          deepval: a
          v: inner
          q:
            leaf: 1
        other:
          leaf: 1
          local:
            driver: pg
            port: 5432
          deepval: a
          v: inner
        z: 1

        """)
  }

  @Test func `options may be interpolated from other choices`() throws {
    #expect(try node("comb.x", config: "interp") == .string("both"))
    #expect(
      directory.error(["db=pg"], config: "interp")?.hasPrefix(
        "In 'interp': Could not find 'comb/pg_apache'\n\nAvailable options in 'comb':\n"
          + "\tmysql_apache\nConfig search path:") == true)
  }

  @Test func `dictionaries merge, lists and scalars replace, interpolated dictionaries are copied`()
    throws
  {
    #expect(
      try directory.job(config: "mergeover") == """
        a:
          x: 1
          'y': 3
          z: 4
        b:
          x: 1
        c: 5
        src:
          k: 1
          r: ${.k}
        ali:
          k: 1
          r: ${.k}
          extra: 1
        l:
        - 3
        'n': null
        m: 5

        """)
  }

  @Test func `a list of nothing but overrides keeps the body when a group is added`() throws {
    let directory = try ConfigDirectory([
      "config.yaml": "defaults:\n  - override hydra/job_logging: stdout\na: 1\n",
      "g/x.yaml": "b: 2\n",
    ])
    #expect(try directory.job("+g=x") == "a: 1\ng:\n  b: 2\n")
  }

  @Test func `a primary list without its own body warns`() throws {
    let directory = try ConfigDirectory([
      "config.yaml": "defaults:\n  - g: x\na: 1\n", "g/x.yaml": "b: 2\n",
    ])
    let composition = try directory.composer.compose(configName: "config")
    #expect(composition.warnings.count == 1)
    #expect(
      composition.warnings.first?.hasPrefix(
        "In 'config': Defaults list is missing `_self_`.") == true)
  }

  @Test func `a second directory adds options and never hides the first`() throws {
    let more = try ConfigDirectory([
      "db/extra.yaml": "driver: extra\n", "db/pg.yaml": "driver: other\n",
    ])
    let composer = ConfigComposer(searchPath: [directory.path, more.path])
    let extra = try composer.compose(configName: "config", overrides: ["db=extra"])
    #expect(extra.job.node(at: "db.driver")?.value == .string("extra"))
    let known = try composer.compose(configName: "config", overrides: ["db=pg"])
    #expect(known.job.node(at: "db.driver")?.value == .string("pg"))
    let added = try directory.composer.compose(
      configName: "config", overrides: ["hydra.searchpath=[file://\(more.path)]", "db=extra"])
    #expect(added.job.node(at: "db.driver")?.value == .string("extra"))
  }

  @Test func `Hydra's own configuration records choices, overrides and sources`() throws {
    let composition = try directory.composer.compose(
      configName: "config.yaml", overrides: ["lr=2", "db=pg", "hydra.job.num='7'"])
    let hydra = composition.hydra
    #expect(hydra.node(at: "job.num")?.value == .int(7))
    #expect(hydra.node(at: "job.name")?.value == .string("app"))
    #expect(hydra.node(at: "job.override_dirname")?.value == .string("db=pg,lr=2"))
    #expect(hydra.node(at: "runtime.choices.db")?.value == .string("pg"))
    #expect(hydra.node(at: "runtime.choices.cache")?.value == .null)
    #expect(hydra.node(at: "overrides.task")?.list?.compactMap(\.string) == ["lr=2", "db=pg"])
    #expect(hydra.node(at: "overrides.hydra.0")?.value == .string("hydra.job.num='7'"))
    #expect(hydra.node(at: "runtime.config_sources.1.path")?.value == .string(directory.path))
    #expect(composition.taskOverrides == ["lr=2", "db=pg"])
    #expect(composition.root.dictionary?.keys.first == "hydra")
  }
}
