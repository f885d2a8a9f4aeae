/** Where the home is, from flags, environment and default. Free of imports that cost time: the command asks this too. */
import { readFileSync } from "node:fs"
import { homedir } from "node:os"
import { join, resolve } from "node:path"

type Environment = Readonly<Record<string, string | undefined>>

const set = (text: string | undefined) => (text === undefined || text === "" ? undefined : text)

/** The `home` of a config file that was named explicitly; problems with the file are the daemon's to report. */
const homeInConfig = (path: string | undefined): string | undefined => {
  if (path === undefined) return undefined
  try {
    const config: unknown = JSON.parse(readFileSync(path, "utf8"))
    return typeof config === "object" &&
      config !== null &&
      "home" in config &&
      typeof config.home === "string"
      ? config.home
      : undefined
  } catch {
    return undefined
  }
}

/** Absolute. `--home`, `LINKSEAL_HOME`, the `home` of the config file, `$XDG_DATA_HOME/linkseal`, `~/.local/share/linkseal`. */
export const resolveHome = (
  flags: { readonly home?: string; readonly config?: string },
  env: Environment,
): string => {
  const named =
    set(flags.home) ?? set(env.LINKSEAL_HOME) ?? homeInConfig(set(flags.config) ?? set(env.LINKSEAL_CONFIG))
  if (named !== undefined) return resolve(named)
  const data = set(env.XDG_DATA_HOME) ?? join(set(env.HOME) ?? homedir(), ".local", "share")
  return join(resolve(data), "linkseal")
}
