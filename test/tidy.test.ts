/**
 * The repository checks itself: rooms import only what the table in docs/ARCHITECTURE.md allows, time and chance come from services, nothing
 * is dead, too long or left for later, and every dependency is pinned and may be shipped. A list with an exception
 * names its reason, and an exception that is no longer needed fails too.
 */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { satisfies } from "semver"
import { describe, expect, it } from "vitest"
import { filesIn, parseSource, reachable, readText, root, sourcesIn } from "./support/sources.ts"
import type { Import, Source } from "./support/sources.ts"

const maximumLines = 400
const supportedNodes = ["20.19.0", "20.20.2"]

/** A room, and the rooms it may import besides itself. */
const rooms: Readonly<Record<string, ReadonlyArray<string>>> = {
  actors: [],
  sealing: ["actors"],
  snapshot: ["actors"],
  daemon: ["actors", "sealing", "snapshot"],
}

const entries = [
  /^src\/daemon\/main\.ts$/,
  /^src\/daemon\/cli\/main\.ts$/,
  /^src\/daemon\/threads\//,
  /^src\/daemon\/web\/main\.tsx$/,
]

/** Where time, chance and timers may be taken from the machine: the services themselves, and what runs in a browser. */
const freeOfServices = ["src/actors/time/", "src/daemon/web/", "src/snapshot/capture/inpage/"]

/** Files that nothing of the product uses yet, each with the reason why it is there all the same. */
const unusedForNow: Readonly<Record<string, string>> = {
  "src/actors/LoopDriver.ts":
    "half of the runtime's contract: the conformance cases, the benchmarks and SectorLoop run on it",
  "src/actors/memoryStore.ts": "the twin of the SQLite store, for those who use the runtime without one",
  "src/actors/time/runTwice.ts":
    "the check that a program repeats itself, for those who test with the virtual clock",
  "src/actors/time/WallTime.ts": "the third of the clocks that a group can be given",
  "src/sealing/stages/SectorLoop.ts":
    "whole worlds without fibers, 10,000 sectors in seconds: what `simulate` will run",
}

/** Files longer than the limit, each with the reason why it reads best whole. */
const longTables: Readonly<Record<string, string>> = {}

const sources = sourcesIn("src")
const isWeb = (file: string) => file.startsWith("src/daemon/web/")
const roomOf = (file: string) => /^src\/([^/]+)\//.exec(file)?.[1] ?? ""

const complaints = (
  list: ReadonlyArray<Source>,
  judge: (source: Source, found: Import) => string | undefined,
) =>
  list.flatMap((source) =>
    source.imports.flatMap((found) => {
      const what = judge(source, found)
      return what === undefined ? [] : [`${source.file}:${found.line} imports ${found.specifier}: ${what}`]
    }),
  )

const crossesRooms = (source: Source, { file }: Import) => {
  // The version stands in one place.
  if (file === null || file === "package.json") return undefined
  const [from, to] = [roomOf(source.file), roomOf(file)]
  if (to === "") return "it lies outside src"
  return from === to || rooms[from]?.includes(to) ? undefined : `${from} must not import ${to}`
}

const isSql = (specifier: string) => /^(@effect\/sql|better-sqlite3|node:sqlite)/.test(specifier)

describe("rooms", () => {
  it("are the four of the design, each with its page", () => {
    expect(filesIn("src").map(roomOf)).toSatisfy((found: ReadonlyArray<string>) =>
      found.every((room) => room in rooms),
    )
    const missing = Object.keys(rooms).filter((room) => !existsSync(join(root, "src", room, "DESIGN.md")))
    expect(missing).toEqual([])
  })

  it("import only what the table allows", () => {
    expect(complaints(sources, crossesRooms)).toEqual([])
  })

  it("keep SQL of the actors in src/actors/sql", () => {
    const actors = sources.filter(
      ({ file }) => roomOf(file) === "actors" && !file.startsWith("src/actors/sql/"),
    )
    expect(
      complaints(actors, (_, { specifier }) => (isSql(specifier) ? "only src/actors/sql may" : undefined)),
    ).toEqual([])
  })

  it("let the page take only types from outside its folder", () => {
    const web = sources.filter(({ file }) => isWeb(file))
    const judge = (_: Source, { file, typeOnly }: Import) =>
      file === null || isWeb(file) || typeOnly ? undefined : "only its types may be imported"
    expect(complaints(web, judge)).toEqual([])
  })

  it("import Effect by its modules, not as a whole", () => {
    const judge = (_: Source, { specifier, typeOnly }: Import) =>
      specifier === "effect" && !typeOnly
        ? 'use "effect/<Module>": the whole costs 0.4 s at start'
        : undefined
    expect(complaints(sources, judge)).toEqual([])
  })
})

describe("code", () => {
  it("takes time, chance and timers only from services, and nothing that is broken in Node 20", () => {
    const bound = sources.filter(({ file }) => !freeOfServices.some((folder) => file.startsWith(folder)))
    expect(bound.flatMap(({ banned }) => banned)).toEqual([])
  })

  it("has no file that nothing of the product uses", () => {
    const roots = sources.map(({ file }) => file).filter((file) => entries.some((entry) => entry.test(file)))
    const used = reachable(sources, roots)
    const dead = sources
      .map(({ file }) => file)
      .filter((file) => !used.has(file) && !file.endsWith(".config.ts"))
    expect(dead).toEqual(Object.keys(unusedForNow).toSorted())
  })

  it(`has no file over ${maximumLines} lines but the tables named here`, () => {
    const long = sources
      .filter(({ text }) => text.trimEnd().split("\n").length > maximumLines)
      .map(({ file }) => file)
    expect(long).toEqual(Object.keys(longTables).toSorted())
  })

  it("does not depend on what it cannot resolve", () => {
    const known = new Set([...filesIn("src"), "package.json"])
    const judge = (_: Source, { file }: Import) => {
      if (file === null) return undefined
      const candidates = [file, `${file}.ts`, `${file}.tsx`]
      return candidates.some((candidate) => known.has(candidate)) ? undefined : "there is no such file"
    }
    expect(complaints(sources, judge)).toEqual([])
  })
})

/** Everything that people write, without fixtures, golden files and the lock. */
const written = ["src", "test", "bench", "scripts", "bin", "docs", ".ci"]
  .flatMap(filesIn)
  .concat(["README.md", "CONTRIBUTING.md", "package.json", "vitest.config.ts", "vite.config.ts"])
  .filter((file) => existsSync(join(root, file)) && !/^test\/(fixtures|golden)\//.test(file))
  .filter((file) => /\.(ts|tsx|mjs|js|css|html|md|json|po|sql|svg)$|^bin\/|^\.ci\//.test(file))

const linesMatching = (pattern: RegExp) =>
  written.flatMap((file) =>
    readText(file)
      .split("\n")
      .flatMap((line, index) =>
        pattern.test(line) ? [`${file}:${index + 1} ${line.trim().slice(0, 100)}`] : [],
      ),
  )

describe("text", () => {
  it("leaves nothing for later", () => {
    expect(
      linesMatching(new RegExp(`\\b(${["TO", "FIX"].map((word) => `${word}DO|${word}ME`).join("|")})\\b`)),
    ).toEqual([])
  })

  it("names no folder of somebody's machine", () => {
    expect(linesMatching(/(^|["'`\s(=])\/(home|Users|root|work)\/[\w.-]+/)).toEqual([])
  })
})

interface Package {
  readonly license?: string
  readonly engines?: { readonly node?: string }
  readonly version?: string
  readonly resolved?: string
}

const manifest = JSON.parse(readText("package.json")) as {
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}
const direct = { ...manifest.dependencies, ...manifest.devDependencies }
const lock = JSON.parse(readText("package-lock.json")) as {
  readonly packages: Readonly<Record<string, Package>>
}
const locked = Object.entries(lock.packages).filter(([path]) => path !== "")

/** Packages that name no licence in their package.json; what the licence file beside it says. */
const licencesRead: Readonly<Record<string, string>> = {
  "node_modules/@react-aria/optimize-locales-plugin": "Apache-2.0",
  "node_modules/cli-table": "MIT",
}

/** GPL and AGPL, but not LGPL (linked as a library), and not where another licence may be chosen. */
const isCopyleft = (licence: string) => /(^|[^L])A?GPL/.test(licence) && !/\bOR\b/.test(licence)

describe("dependencies", () => {
  it("are pinned exactly", () => {
    const loose = Object.entries(direct).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
    expect(loose).toEqual([])
  })

  it("may be shipped with an Apache-2.0 program", () => {
    const licences = locked.map(([path, { license }]) => [path, license ?? licencesRead[path]] as const)
    const refused = licences.filter(([, licence]) => licence === undefined || isCopyleft(licence))
    expect(refused.map(([path, licence]) => `${path}: ${licence ?? "no licence named"}`)).toEqual([])
  })

  it("run on every Node we support", () => {
    const refused = Object.keys(direct).flatMap((name) => {
      const range = lock.packages[`node_modules/${name}`]?.engines?.node
      const bad = supportedNodes.filter((node) => range !== undefined && !satisfies(node, range))
      return bad.map((node) => `${name} wants Node ${range}, not ${node}`)
    })
    expect(refused).toEqual([])
  })

  it("are locked for every platform, which npm 11 insists on: node scripts/complete-lock.mjs adds what is missing", async () => {
    const { missingFromLock } = await import(pathToFileURL(join(root, "scripts", "complete-lock.mjs")).href)
    expect(missingFromLock(lock.packages)).toEqual([])
    const packages = {
      "node_modules/a": { optionalDependencies: { "a-win32": "1.0.0", b: "1.0.0" } },
      "node_modules/b": {},
    }
    expect(missingFromLock(packages)).toEqual([{ from: "node_modules/a", name: "a-win32", version: "1.0.0" }])
  })

  it("are locked without download addresses", () => {
    expect(locked.filter(([, { resolved }]) => resolved?.startsWith("http")).map(([path]) => path)).toEqual(
      [],
    )
  })
})

describe("these checks", () => {
  const found = (text: string) => parseSource("src/snapshot/Example.ts", text)

  it("see each banned call, and none in comments, strings, other objects or code of the page", () => {
    const text = [
      "Date.now()",
      "new Date()",
      "Math.random()",
      "setTimeout(() => {}, 1)",
      "window.setInterval(() => {}, 1)",
      "performance.now()",
      "URL.canParse(address)",
      'import { setTimeout as wait } from "node:timers/promises"',
      "// Date.now()",
      'const text = "Math.random()"',
      "new Date(5)",
      "clock.now(); clock.setTimeout()",
      "page.evaluate(() => setTimeout(() => {}, 1))",
    ].join("\n")
    expect(found(text).banned.toSorted()).toEqual(
      [
        "src/snapshot/Example.ts:1 Date.now",
        "src/snapshot/Example.ts:2 new Date()",
        "src/snapshot/Example.ts:3 Math.random",
        "src/snapshot/Example.ts:4 setTimeout",
        "src/snapshot/Example.ts:5 setInterval",
        "src/snapshot/Example.ts:6 performance.now",
        "src/snapshot/Example.ts:7 URL.canParse",
        "src/snapshot/Example.ts:8 node:timers/promises",
      ].toSorted(),
    )
  })

  it("see every way to import a file", () => {
    const text = [
      'import { a } from "../sealing/a.ts"',
      'import type { B } from "../sealing/b.ts"',
      'export * from "../sealing/c.ts"',
      'const d = await import("../sealing/d.ts")',
      'type E = import("../sealing/e.ts").E',
      'new Worker(new URL("../sealing/f.js", import.meta.url))',
    ].join("\n")
    const { imports } = found(text)
    expect(imports.map(({ file }) => file).toSorted()).toEqual(
      ["a", "b", "c", "d", "e", "f"].map((name) => `src/sealing/${name}.ts`),
    )
    expect(imports.filter(({ typeOnly }) => typeOnly).map(({ line }) => line)).toEqual([2, 5])
    expect(complaints([found(text)], crossesRooms)).toHaveLength(6)
  })

  it("see what no entry reaches", () => {
    const list = [
      parseSource("src/daemon/main.ts", 'import "./used.ts"'),
      parseSource("src/daemon/used.ts", 'new URL("./thread.ts", import.meta.url)'),
      parseSource("src/daemon/thread.ts", ""),
      parseSource("src/daemon/dead.ts", 'import "./main.ts"'),
    ]
    expect([...reachable(list, ["src/daemon/main.ts"])].toSorted()).toEqual(
      ["main", "thread", "used"].map((name) => `src/daemon/${name}.ts`),
    )
  })

  it("know a copyleft licence from the others", () => {
    expect(
      ["GPL-3.0", "AGPL-3.0-only", "MIT", "LGPL-3.0-or-later", "(MIT OR GPL-3.0-or-later)"].map(isCopyleft),
    ).toEqual([true, true, false, false, false])
  })
})
