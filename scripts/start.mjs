/**
 * `npm start`: set-up, then the daemon in this same process, with the arguments passed on. Nothing but the daemon's ready
 * line comes on stdout; signals are the daemon's once it runs.
 */
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { root } from "./root.mjs"
import { runMain } from "./say.mjs"
import { prepare } from "./setup.mjs"

const daemon = join(root, "dist", "daemon", "main.js")

await runMain(async () => {
  await prepare({ browser: true, build: true })
  // The daemon reads its arguments as if it had been started by its own name.
  process.argv[1] = daemon
  await import(pathToFileURL(daemon).href)
})
