/** The renderers of a browser, for tests in which a page crashes. */
import { readdirSync, readFileSync } from "node:fs"

/** The processes that draw pages in the group of this browser. */
export const renderersOf = (browser: number): ReadonlyArray<number> =>
  readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
      const group = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2])
      const isRenderer = readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer")
      return group === browser && isRenderer ? [Number(pid)] : []
    } catch {
      return []
    }
  })
