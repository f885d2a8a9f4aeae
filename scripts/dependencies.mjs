/**
 * `npm ci` when it is due: no node_modules, another lock file, another Node (its native modules differ) or a native module
 * that does not load. Where better-sqlite3 must be compiled and no compiler is there, the compiler is installed first.
 */
import { existsSync, lstatSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { canInstall, install, which } from "./apt.mjs"
import { run, excerpt } from "./child.mjs"
import { fingerprint } from "./fingerprint.mjs"
import { root } from "./root.mjs"
import { say, seconds, SetupError } from "./say.mjs"

const nodeModules = join(root, "node_modules")
const stampFile = join(nodeModules, ".linkseal-setup")
const npmMillis = 30 * 60_000
const compilerTools = ["g++", "make", "python3"]

const wanted = () =>
  fingerprint(
    root,
    ["package.json", "package-lock.json", ".npmrc"].map((name) => join(root, name)),
    `${process.versions.modules} ${process.platform} ${process.arch}`,
  )

const isDone = (stamp) => existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp

const readJson = (file) => {
  try {
    return JSON.parse(readFileSync(file, "utf8"))
  } catch {
    return undefined
  }
}

/** npm's own record of node_modules says the same as the lock file: somebody ran `npm ci` or `npm install` by hand. */
export const matchesLock = (lock, installed) => {
  if (lock === undefined || installed === undefined) return false
  const is = installed.packages
  const ought = Object.entries(lock.packages).filter(([path]) => path !== "")
  const names = new Set(ought.map(([path]) => path))
  return (
    ought.every(([path, { version, optional }]) => (path in is ? is[path].version === version : optional)) &&
    Object.keys(is).every((path) => names.has(path))
  )
}

const installedByHand = () =>
  matchesLock(readJson(join(root, "package-lock.json")), readJson(join(nodeModules, ".package-lock.json")))

/** `npm ci` empties the folder first: behind a link that is another checkout's, which is not ours to empty. */
export const refuseLink = (folder) => {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return
  throw new SetupError(
    `node_modules is a link to ${readlinkSync(folder)}, whose packages are not those of this lock file: ` +
      "remove the link (rm node_modules) and start again",
  )
}

/** Node's own headers, when they lie beside it and are of this version: node-gyp need not download them then. */
export const ownHeaders = (execPath = process.execPath, version = process.version) => {
  const prefix = dirname(dirname(execPath))
  const file = join(prefix, "include", "node", "node_version.h")
  if (!existsSync(file)) return undefined
  const text = readFileSync(file, "utf8")
  const part = (name) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(text)?.[1]
  return `v${part("MAJOR")}.${part("MINOR")}.${part("PATCH")}` === version ? prefix : undefined
}

const npmEnvironment = () => {
  const headers = ownHeaders()
  return {
    ...process.env,
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: "1",
    // node-gyp compiles with as many processes as there are processors.
    JOBS: "max",
    ...(headers === undefined ? {} : { npm_config_nodedir: headers }),
  }
}

const npm = (...args) => {
  const options = { cwd: root, env: npmEnvironment(), timeoutMillis: npmMillis }
  const script = process.env.npm_execpath
  if (script !== undefined && /npm-cli\.c?js$/.test(script) && existsSync(script)) {
    return run(process.execPath, [script, ...args], options)
  }
  return run("npm", args, options)
}

/** Development dependencies are the compiler and the page's builder: they are needed whatever NODE_ENV says. */
const npmCi = () => npm("ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund")

const sqliteLoads = async () => {
  const code = 'new (require("better-sqlite3"))(":memory:").close()'
  const result = await run(process.execPath, ["-e", code], { cwd: root })
  return result.code === 0
}

const missingTools = () => compilerTools.filter((tool) => which(tool) === undefined)

const explain = (output) =>
  missingTools().length === 0
    ? `npm ci failed:\n${excerpt(output)}`
    : "better-sqlite3 must be compiled here, and a compiler is missing: install the packages build-essential and " +
      `python3 (as root: apt-get install -y build-essential python3), then start again. npm said:\n${excerpt(output, 8)}`

const installAll = async () => {
  const first = await npmCi()
  if (first.code === 0 && (await sqliteLoads())) return
  if (missingTools().length > 0 && canInstall()) {
    await install("build-essential", "python3")
    const second = await npmCi()
    if (second.code === 0 && (await sqliteLoads())) return
    throw new SetupError(explain(second.output))
  }
  if (first.code !== 0) throw new SetupError(explain(first.output))
  // npm was told to run no install scripts: better-sqlite3 is the one that cannot do without.
  const rebuilt = await npm("rebuild", "better-sqlite3", "--ignore-scripts=false")
  if (rebuilt.code !== 0 || !(await sqliteLoads())) throw new SetupError(explain(rebuilt.output))
}

/** Brings node_modules up to date with the lock file. Call it with the set-up lock held. */
export const installDependencies = async () => {
  const stamp = wanted()
  if (isDone(stamp)) return
  if (installedByHand() && (await sqliteLoads())) return writeFileSync(stampFile, stamp)
  refuseLink(nodeModules)
  const started = Date.now()
  say("installing dependencies with npm ci (the first time SQLite may be compiled, up to 3 minutes)")
  rmSync(stampFile, { force: true })
  await installAll()
  writeFileSync(stampFile, stamp)
  say(`dependencies installed in ${seconds(started)}`)
}
