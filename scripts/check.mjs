/**
 * `npm run check`: every check of the sources that needs no daemon. All of them run, each gives one line, and what a
 * failed one printed follows it; exit 1 when one failed.
 */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { endOnSignal, run, excerpt } from "./child.mjs"
import { root } from "./root.mjs"
import { runMain, seconds } from "./say.mjs"
import { prepare } from "./setup.mjs"

const web = "src/daemon/web/tsconfig.json"

const checks = [
  { name: "types", entry: "typescript/bin/tsc", args: ["-p", "tsconfig.json"] },
  { name: "types of the page", entry: "typescript/bin/tsc", args: ["-p", web], needs: web },
  { name: "lint", entry: "oxlint/bin/oxlint", args: ["--deny-warnings"] },
  { name: "format", entry: "prettier/bin/prettier.cjs", args: ["--check", "--log-level=warn", "."] },
  { name: "dead code", entry: "knip/bin/knip.js", args: ["--no-progress"] },
  { name: "tidy", entry: "vitest/vitest.mjs", args: ["run", "test/tidy.test.ts"] },
]

const runCheck = async ({ name, entry, args }) => {
  const started = Date.now()
  const { code, output } = await run(process.execPath, [join(root, "node_modules", entry), ...args], {
    cwd: root,
  })
  const line = `${code === 0 ? "ok    " : "FAILED"} ${name}, ${seconds(started)}\n`
  process.stdout.write(code === 0 ? line : `${line}${excerpt(output, 80)}\n`)
  return code === 0
}

await runMain(async () => {
  await prepare()
  endOnSignal()
  let good = true
  for (const check of checks) {
    if (check.needs !== undefined && !existsSync(join(root, check.needs))) continue
    good = (await runCheck(check)) && good
  }
  process.exitCode = good ? 0 : 1
})
