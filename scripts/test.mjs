/**
 * `npm test`: set-up, then vitest with the arguments passed on. The last line of stdout, alone, is
 * `N passed, N failed` (`, N skipped` when there are any); exit 0 only when none failed and at least one passed.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { endOnSignal, run } from "./child.mjs"
import { root } from "./root.mjs"
import { runMain } from "./say.mjs"
import { prepare } from "./setup.mjs"

const readReport = (file) => {
  try {
    return JSON.parse(readFileSync(file, "utf8"))
  } catch {
    return undefined
  }
}

/**
 * The counts of a run from vitest's JSON report and its exit code. A file that failed outside its tests, an error nobody
 * handled and a vitest that died without a report each count as one failure: a run that is not good never looks so.
 */
export const count = (report, exitCode) => {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 }
  const brokenFiles = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  ).length
  const failed = report.numFailedTests + brokenFiles
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  }
}

export const lastLine = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`

const runVitest = async (folder, args) => {
  const file = join(folder, "report.json")
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs")
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`]
  const options = { cwd: root, stdout: "inherit", show: true }
  const { code } = await run(process.execPath, [vitest, "run", ...reporters, ...args], options)
  return count(readReport(file), code)
}

const main = async () => {
  await prepare({ browser: true, build: true })
  const folder = mkdtempSync(join(tmpdir(), "linkseal-test-"))
  endOnSignal()
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }))
  const counts = await runVitest(folder, process.argv.slice(2))
  process.stdout.write(`${lastLine(counts)}\n`)
  process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await runMain(() =>
    main().catch((error) => {
      process.stdout.write(`${lastLine(count(undefined, 1))}\n`)
      throw error
    }),
  )
}
