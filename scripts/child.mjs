/**
 * Child processes of the scripts. Each one gets its own process group, so that a signal or a deadline ends all it has
 * started (npm, its compilers, a download), and nothing is left behind.
 */
import { spawn } from "node:child_process"
import { constants } from "node:os"

const maximumOutputCharacters = 200_000
const groups = new Set()

const endGroup = (pid, signal) => {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if (error.code !== "ESRCH") throw error
  }
}

const onSignal = (signal) => {
  for (const pid of groups) endGroup(pid, "SIGKILL")
  process.exit(128 + constants.signals[signal])
}

const watched = ["SIGINT", "SIGTERM", "SIGHUP"]

/** From here a signal ends the children and this process at once. Returns how to take that back. */
export const endOnSignal = () => {
  for (const signal of watched) process.on(signal, onSignal)
  return () => watched.forEach((signal) => process.off(signal, onSignal))
}

/**
 * Runs a command to its end; never throws for what the command does. `code` is null when the command was missing, was
 * ended by a signal or ran longer than `timeoutMillis`. `output` is the end of what it wrote, both streams together; with
 * `show` it goes to our stderr as well, with `stdout: "inherit"` its stdout is ours and is not kept.
 */
export const run = (command, args, options = {}) =>
  new Promise((resolve) => {
    const { timeoutMillis, show = false, stdout = "pipe", ...rest } = options
    const child = spawn(command, args, { ...rest, detached: true, stdio: ["ignore", stdout, "pipe"] })
    let output = ""
    let timedOut = false
    const keep = (chunk) => {
      if (show) process.stderr.write(chunk)
      output = (output + chunk).slice(-maximumOutputCharacters)
    }
    child.stdout?.on("data", keep)
    child.stderr.on("data", keep)
    if (child.pid !== undefined) groups.add(child.pid)
    const deadline = timeoutMillis
      ? setTimeout(() => {
          timedOut = true
          endGroup(child.pid, "SIGKILL")
        }, timeoutMillis)
      : undefined
    const finish = (code) => {
      clearTimeout(deadline)
      if (child.pid !== undefined) groups.delete(child.pid)
      resolve({ code, output, timedOut })
    }
    child.on("error", (error) => {
      keep(`${error.message}\n`)
      finish(null)
    })
    child.on("close", finish)
  })

const headLines = 12

/** An output for an error message: its end, and when it is long its beginning too, for npm says the reason first. */
export const excerpt = (output, lines = 30) => {
  const all = output.trimEnd().split("\n")
  if (all.length <= lines + headLines) return all.join("\n")
  return [...all.slice(0, headLines), "...", ...all.slice(-lines)].join("\n")
}
