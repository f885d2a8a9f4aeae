/**
 * Browsers as process groups: reading their records, seeing who is still alive, killing a whole group. A pid alone
 * proves nothing, for the system gives it out again; a record matches only with the same boot and start time.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { recordsFolder } from "./launcher.ts"

export interface BrowserRecord {
  readonly pid: number
  /** Clock ticks since boot, as `/proc` prints it; empty where there is no `/proc`. */
  readonly started: string
  readonly boot: string
  readonly profile: string
  readonly launch: string
}

interface ProcessLine {
  readonly pid: number
  readonly group: number
  readonly state: string
  readonly started: string
}

const readText = (path: string): string | null => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return null
  }
}

const readProcess = (pid: number | string): ProcessLine | null => {
  const text = readText(`/proc/${pid}/stat`)
  if (text === null) return null
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ")
  return { pid: Number(pid), state: fields[0]!, group: Number(fields[2]), started: fields[19]! }
}

const processes = (): ReadonlyArray<ProcessLine> => {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(readProcess)
      .filter((line) => line !== null)
  } catch {
    return []
  }
}

/** The records in the folder, unreadable ones left out (and removed: they can only be a half-written file). */
export const readRecords = (runDir: string): ReadonlyArray<BrowserRecord> => {
  const folder = recordsFolder(runDir)
  let names: ReadonlyArray<string> = []
  try {
    names = readdirSync(folder).filter((name) => /^\d+\.json$/.test(name))
  } catch {
    return []
  }
  return names.flatMap((name) => {
    const text = readText(join(folder, name))
    try {
      return [JSON.parse(text ?? "") as BrowserRecord]
    } catch {
      rmSync(join(folder, name), { force: true })
      return []
    }
  })
}

/** Pids of the record's group that still run; zombies do not count. */
export const livingMembers = (record: BrowserRecord): ReadonlyArray<number> => {
  if (record.started === "") return groupAnswers(record.pid) ? [record.pid] : []
  if (readText("/proc/sys/kernel/random/boot_id")?.trim() !== record.boot) return []
  const leader = readProcess(record.pid)
  // As long as a group has members its number is not given out again, so a missing leader still means our group.
  if (leader !== null && leader.started !== record.started) return []
  return processes()
    .filter((line) => line.group === record.pid && line.state !== "Z" && line.state !== "X")
    .map((line) => line.pid)
}

const groupAnswers = (pid: number): boolean => {
  try {
    process.kill(-pid, 0)
    return true
  } catch {
    return false
  }
}

/** Kills the whole group at once, if it is still the one of the record. */
export const killGroup = (record: BrowserRecord): void => {
  if (livingMembers(record).length === 0) return
  try {
    process.kill(-record.pid, "SIGKILL")
  } catch {
    // It went by itself between the look and the kill.
  }
}

/** Forgets a browser that is gone: its record, and its profile when it is one of Playwright's temporary folders. */
export const forget = (runDir: string, record: BrowserRecord): void => {
  if (record.profile !== "" && resolve(record.profile).startsWith(join(resolve(tmpdir()), "playwright"))) {
    rmSync(record.profile, { recursive: true, force: true, maxRetries: 3 })
  }
  rmSync(join(recordsFolder(runDir), `${record.pid}.json`), { force: true })
}

/** Resident memory of the group in bytes; pages shared between its processes count more than once. */
export const residentBytes = (record: BrowserRecord): number =>
  livingMembers(record).reduce((sum, pid) => {
    const pages = Number(readText(`/proc/${pid}/statm`)?.split(" ")[1] ?? 0)
    return sum + pages * 4096
  }, 0)
