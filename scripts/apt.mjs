/** Debian's package manager, for the few things npm cannot bring: a compiler, a browser, a font. */
import { existsSync } from "node:fs"
import { delimiter, join } from "node:path"
import { run, excerpt } from "./child.mjs"
import { say } from "./say.mjs"

const aptMillis = 10 * 60_000

/** The full path of a command, or undefined when it is not on the PATH. */
export const which = (command, path = process.env.PATH ?? "") =>
  path
    .split(delimiter)
    .map((folder) => join(folder || ".", command))
    .find((file) => existsSync(file))

/** Packages can be installed without asking: `apt-get` is there and we are root. */
export const canInstall = () => which("apt-get") !== undefined && process.getuid?.() === 0

let updated = false

const aptGet = (...args) =>
  run("apt-get", ["-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=2", ...args], {
    timeoutMillis: aptMillis,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  })

/** Installs Debian packages; answers whether it worked, and says so when it did not. */
export const install = async (...packages) => {
  say(`installing ${packages.join(" ")} with apt-get`)
  if (!updated) await aptGet("update")
  updated = true
  const result = await aptGet("install", "-y", "--no-install-recommends", ...packages)
  if (result.code !== 0) say(`apt-get could not install ${packages.join(" ")}:\n${excerpt(result.output, 5)}`)
  return result.code === 0
}
