/**
 * Compiles `src` into `dist` and the page into `dist/web`. Each of the two is made only when the hash of its inputs has
 * changed, in a folder beside, and `dist` is swapped when all is there: a killed build leaves the old `dist` or none.
 */
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs"
import { rmSync, writeFileSync } from "node:fs"
import { dirname, join, relative, sep } from "node:path"
import { run, excerpt } from "./child.mjs"
import { filesUnder, fingerprint } from "./fingerprint.mjs"
import { root } from "./root.mjs"
import { say, seconds, SetupError } from "./say.mjs"

const dist = join(root, "dist")
const stampName = ".linkseal-build"
const isWeb = (file) => relative(join(root, "src", "daemon"), file).startsWith(`web${sep}`)
const configured = (...names) => names.map((name) => join(root, name)).filter((file) => existsSync(file))

/** What is neither compiled nor documentation (SQL, scripts for the browser, ...) goes along as it is. */
export const copyAssets = (out) => {
  for (const file of filesUnder(join(root, "src"))) {
    if (isWeb(file) || /\.(ts|md)$/.test(file)) continue
    const target = join(out, relative(join(root, "src"), file))
    mkdirSync(dirname(target), { recursive: true })
    copyFileSync(file, target)
  }
}

const tool = async (what, entry, args) => {
  const result = await run(process.execPath, [join(root, "node_modules", entry), ...args], { cwd: root })
  if (result.code !== 0) throw new SetupError(`${what} failed:\n${excerpt(result.output, 60)}`)
}

/** Compiles the given project file with TypeScript; its own `outDir` is replaced by `out`. */
export const compile = async (project, out) => {
  await tool("the TypeScript build", "typescript/bin/tsc", ["-p", project, "--outDir", out])
}

const parts = [
  {
    name: "server",
    inputs: () => [...filesUnder(join(root, "src")), ...configured("tsconfig.json", "tsconfig.build.json")],
    exists: () => true,
    make: async (out) => {
      await compile("tsconfig.build.json", out)
      copyAssets(out)
    },
    reuse: (out) =>
      cpSync(dist, out, {
        recursive: true,
        filter: (file) => file !== join(dist, "web") && file !== join(dist, stampName),
      }),
  },
  {
    name: "web",
    // The page takes only types from outside its folder and the API (test/tidy.test.ts), so nothing else can change it.
    inputs: () => [
      ...filesUnder(join(root, "src", "daemon", "web")),
      ...filesUnder(join(root, "src", "daemon", "api")),
      ...configured("vite.config.ts", "lingui.config.ts", "tsconfig.json"),
    ],
    exists: () => existsSync(join(root, "vite.config.ts")),
    make: (out) =>
      tool("the build of the page", "vite/bin/vite.js", [
        "build",
        "--outDir",
        join(out, "web"),
        "--emptyOutDir",
      ]),
    reuse: (out) => cpSync(join(dist, "web"), join(out, "web"), { recursive: true }),
  },
]

const readStamp = () => {
  try {
    return JSON.parse(readFileSync(join(dist, stampName), "utf8"))
  } catch {
    return {}
  }
}

// Beside `dist`, not deeper: the source maps hold relative paths.
const temporary = (what) => join(root, `dist.${what}-${process.pid}`)

const removeLeftovers = () => {
  for (const name of readdirSync(root)) {
    if (/^dist\.(new|old)-\d+$/.test(name)) rmSync(join(root, name), { recursive: true, force: true })
  }
}

/** Brings `dist` up to date; answers whether anything was made. Call it with the set-up lock held. */
export const build = async () => {
  const lock = fingerprint(root, configured("package-lock.json"))
  const before = readStamp()
  const now = {}
  for (const part of parts) if (part.exists()) now[part.name] = fingerprint(root, part.inputs(), lock)
  const stale = parts.filter((part) => part.name in now && now[part.name] !== before[part.name])
  if (stale.length === 0) return false

  const started = Date.now()
  say(`building ${stale.map((part) => part.name).join(" and ")}`)
  removeLeftovers()
  const out = temporary("new")
  mkdirSync(out)
  for (const part of parts) {
    if (!(part.name in now)) continue
    if (stale.includes(part)) await part.make(out)
    else part.reuse(out)
  }
  writeFileSync(join(out, stampName), JSON.stringify(now))
  const old = temporary("old")
  if (existsSync(dist)) renameSync(dist, old)
  renameSync(out, dist)
  rmSync(old, { recursive: true, force: true })
  say(`built in ${seconds(started)}`)
  return true
}
