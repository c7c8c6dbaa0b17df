/// A small configuration tree that most tests compose.
enum SampleTree {
  static func directory() throws -> ConfigDirectory { try ConfigDirectory(files) }

  static let files = [
    "config.yaml": """
    defaults:
      - db: mysql
      - server/logging: info
      - optional extra: nothing
      - /db@backup: pg
      - list_group: [one, two]
      - cache: null
      - _self_
    name: exp
    lr: 1e-3
    nothing: null
    need: ???
    nested: {a: 1, b: {c: [1, 2, {d: x}]}}
    list: [a, b, c]
    alias: ${nested.b}
    """,
    "db/mysql.yaml": "driver: mysql\nport: 3306\n",
    "db/pg.yaml": "driver: pg\nport: 5432\n",
    "db/sqlite.yaml": "defaults:\n  - base\n  - _self_\ndriver: sqlite\n",
    "db/base.yaml": "driver: base\nfile: /tmp/x\n",
    "server/apache.yaml": "defaults:\n  - logging: debug\nname: apache\n",
    "server/logging/info.yaml": "level: info\n",
    "server/logging/debug.yaml": "level: debug\n",
    "list_group/one.yaml": "one: 1\nshared: a\n",
    "list_group/two.yaml": "two: 2\nshared: b\n",
    "cache/redis.yaml": "# @package _global_\ncache_kind: redis\n",
    "cache/mem.yaml": "# @package top.level\nkind: mem\n",
    "experiment/fast.yaml": """
    # @package _global_
    defaults:
      - override /db: sqlite
      - override /server/logging: debug
    lr: 0.5
    """,
    "missing.yaml": "defaults:\n  - db: ???\n  - _self_\na: 1\n",
    "interp.yaml": """
    defaults:
      - db: mysql
      - server: apache
      - comb: ${db}_${server}
      - _self_
    """,
    "comb/mysql_apache.yaml": "x: both\n",
    "self2.yaml": "defaults:\n - _self_\n - db: pg\n - _self_\n",
    "deflist.yaml": "defaults: {db: x}\n",
    "defbool.yaml": "defaults:\n - db: true\n",
    "defint.yaml": "defaults:\n - db: 3\n",
    "order.yaml": "defaults:\n - override db: pg\n - db: mysql\n",
    "onlyoverride.yaml": "defaults:\n - override db: pg\n - _self_\na: 1\n",
    "nofile.yaml": "defaults:\n - nothere\na: 1\n",
    "conflict.yaml": "defaults:\n - conf2\n - _self_\na: [1]\n",
    "conf2.yaml": "a: {b: 1}\n",
    "twice.yaml": "defaults:\n - db: pg\n - db: mysql\n",
    "twicesame.yaml": "defaults:\n - db: pg\n - db: pg\n",
    "circle.yaml": "defaults:\n - circle\n - _self_\n",
    "pkgs.yaml": """
    defaults:
      - db@: mysql
      - db@_global_.g.h: pg
      - db@x.y: sqlite
      - sub/inner
      - sub/inner@other
      - /sub/leaf@_group_.q
      - _self_
    z: 1
    """,
    "sub/inner.yaml": """
    defaults:
      - leaf
      - /db@local: pg
      - deep@: a
    v: inner
    """,
    "sub/leaf.yaml": "leaf: 1\n",
    "sub/deep/a.yaml": "deepval: a\n",
    "mergeover.yaml": "defaults:\n - m1\n - m2\n - _self_\n",
    "m1.yaml": """
    a: {x: 1, y: 2}
    b: 1
    c: {d: 1}
    src: {k: 1, r: '${.k}'}
    ali: ${.src}
    l: [1, 2]
    n: {q: 1}
    m: 5
    """,
    "m2.yaml": "a: {y: 3, z: 4}\nb: {x: 1}\nc: 5\nali: {extra: 1}\nl: [3]\nn: null\nm: ???\n",
  ]
}
