/** Our name and version, as archives name what made them. */
import { readFileSync } from "node:fs"

const manifest = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
  readonly version: string
}

export const software = `Linkseal ${manifest.version}`
