/**
 * What a backup file is: a zip of a home's database, settings and archive, and at its end `SHA256SUMS`, which names
 * every file before it with its hash, as `sha256sum -c` reads it. A zip without it, or in which a file is not as it
 * says, is not a whole backup. The daemon's secret and lock are never in it.
 */

export const sumsName = "SHA256SUMS"
export const databaseName = "linkseal.db"
export const settingsName = "config.json"
/** The folders of the archive that are kept; temporary files and plain copies are not. */
export const archiveFolders = ["archive/links", "archive/snapshots", "archive/objects"] as const

/** Whether a file of that name may be in a backup; anything else in one is refused. */
export const isBackupName = (name: string): boolean =>
  name === databaseName ||
  name === settingsName ||
  (archiveFolders.some((folder) => name.startsWith(`${folder}/`)) &&
    name.split("/").every((part) => /^[\w.-]{1,200}$/.test(part) && part !== "." && part !== ".."))

export const sumLine = (name: string, sha256: string) => `${sha256}  ${name}\n`

/** The hashes by name; null when a line cannot be read. */
export const parseSums = (text: string): ReadonlyMap<string, string> | null => {
  const sums = new Map<string, string>()
  for (const line of text.split("\n")) {
    if (line === "") continue
    const [, sha256, name] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? []
    if (sha256 === undefined || name === undefined) return null
    sums.set(name, sha256)
  }
  return sums
}
