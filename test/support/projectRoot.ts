/** The folder of the project, also for what was compiled into a folder of its own. */
import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const find = (folder: string): string =>
  existsSync(join(folder, "scripts/soak.mjs")) ? folder : find(dirname(folder))

export const projectRoot = find(dirname(fileURLToPath(import.meta.url)))
