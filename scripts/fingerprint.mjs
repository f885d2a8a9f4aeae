/**
 * The hash of a set of files, names and contents: how the scripts know that there is nothing to do. Modification times are
 * not looked at, for a checkout or a copy changes them.
 */
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join, relative } from "node:path"

/** Every file under the folder (or the file itself), sorted; nothing when it does not exist. */
export const filesUnder = (path) => {
  if (!existsSync(path)) return []
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
}

export const fingerprint = (root, files, extra = "") => {
  const hash = createHash("sha256").update(extra)
  for (const file of files) {
    const content = readFileSync(file)
    hash.update(`\0${relative(root, file)}\0${content.length}\0`).update(content)
  }
  return hash.digest("hex")
}
