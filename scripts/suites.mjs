/**
 * The long runs of `bench/` and `test/soak/`: one module per suite, compiled as the daemon is (a loader that rewrites
 * functions would falsify a benchmark) and called by its default export.
 */
import { copyFileSync, existsSync, readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { compile, copyAssets } from "./compile.mjs"
import { root } from "./root.mjs"
import { prepare } from "./setup.mjs"

export const suitesIn = (folder) => {
  const path = join(root, folder)
  if (!existsSync(path)) return []
  return readdirSync(path)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => name.slice(0, -3))
    .sort()
}

/** The named suite, or the end of the process with exit 2 and the list of those there are. */
export const chooseSuite = (what, folder, name) => {
  const names = suitesIn(folder)
  if (name !== undefined && names.includes(name)) return name
  const known = names.length > 0 ? names.join(", ") : "none yet"
  const problem = name === undefined ? `which ${what}?` : `no ${what} ${name}.`
  process.stderr.write(`error: ${problem} There are: ${known}\n`)
  process.exit(2)
}

/** Sets up, compiles and answers the suite's default export. */
export const loadSuite = async (folder, name) => {
  await prepare({ browser: true, build: true })
  // A folder of its own: a soak runs for hours, and a benchmark started beside it must not take its files away.
  const out = join(root, ".cache", `suite-${process.pid}`)
  process.once("exit", () => rmSync(out, { recursive: true, force: true }))
  await compile("tsconfig.bench.json", out)
  copyAssets(join(out, "src"))
  copyFileSync(join(root, "package.json"), join(out, "package.json"))
  const module = await import(pathToFileURL(join(out, folder, `${name}.js`)).href)
  if (typeof module.default !== "function") throw new Error(`${folder}/${name}.ts has no default function`)
  return module.default
}
