/**
 * Lotus's settings as they stand in the configuration file now. They are asked for on every use, so the file is read
 * again when it has changed; while it cannot be read, what was read before holds.
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { readFileSync, statSync } from "node:fs"
import { defaultConfig, sealingConfig, type SealingConfig } from "../../sealing/Config.ts"
import { SealingSettings } from "../../sealing/SealingSettings.ts"
import type { Settings } from "../Config.ts"

const FileShape = Schema.Struct({
  sealing: Schema.optionalWith(SealingSettings, { default: () => Schema.decodeSync(SealingSettings)({}) }),
})
const decodeFile = Schema.decodeUnknownEither(Schema.parseJson(FileShape))

const configOf = ({ base, config }: SealingSettings): SealingConfig =>
  Either.getOrElse(sealingConfig(base, config), () => defaultConfig(base))

/** Changes with every write; null when there is no file. */
const versionOf = (path: string): string | null => {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? null : `${found.mtimeMs} ${found.size} ${found.ino}`
}

const read = (path: string): SealingConfig | null => {
  try {
    const decoded = decodeFile(readFileSync(path, "utf8"))
    return Either.isRight(decoded) ? configOf(decoded.right.sealing) : null
  } catch {
    return null
  }
}

/** Gives the settings of sealing as the file has them at the moment of the call; warns once of each file it cannot use. */
export const liveSealingConfig = (
  settings: Settings,
  warn: (text: string) => void,
): (() => SealingConfig) => {
  let config = configOf(settings.sealing)
  let version = versionOf(settings.configFile)
  return () => {
    const found = versionOf(settings.configFile)
    if (found === version) return config
    version = found
    const next = found === null ? null : read(settings.configFile)
    if (next === null)
      warn(
        `${settings.configFile} cannot be used; the settings of sealing stay as they were. The next start says what is wrong`,
      )
    else config = next
    return config
  }
}
