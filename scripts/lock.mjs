/**
 * One set-up at a time in a checkout: `npm start` beside `npm test` must not run `npm ci` twice over each other. The lock
 * is a file with the holder's pid; one whose holder is gone, or that is older than any set-up takes, is nobody's.
 */
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { say } from "./say.mjs"

const pollMillis = 250
const abandonedAfterMillis = 30 * 60_000

const isAlive = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === "EPERM"
  }
}

/** The pid that holds the lock, or null when it is free to take. */
const holder = (file) => {
  try {
    const pid = Number(readFileSync(file, "utf8"))
    const age = Date.now() - statSync(file).mtimeMs
    // An empty file is one that its owner is about to write.
    if (pid === 0) return age < 1_000 ? "starting" : null
    return isAlive(pid) && age < abandonedAfterMillis ? pid : null
  } catch (error) {
    if (error.code === "ENOENT") return null
    throw error
  }
}

const take = (file) => {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" })
    return true
  } catch (error) {
    if (error.code === "EEXIST") return false
    throw error
  }
}

/** Runs `body` while holding the lock; waits for another holder, saying so once. */
export const withLock = async (file, body) => {
  mkdirSync(dirname(file), { recursive: true })
  let said = false
  while (!take(file)) {
    const pid = holder(file)
    if (pid === null) {
      rmSync(file, { force: true })
      continue
    }
    if (!said) say(`waiting for another set-up of this checkout (pid ${pid})`)
    said = true
    await sleep(pollMillis)
  }
  const release = () => rmSync(file, { force: true })
  process.once("exit", release)
  try {
    return await body()
  } finally {
    process.off("exit", release)
    release()
  }
}
