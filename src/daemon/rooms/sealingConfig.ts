/**
 * Lotus's settings as they stand in the configuration file now. They are asked for on every use, so the file is read
 * again when it has changed; while anything in it is wrong, what was read before holds, and what is wrong is told.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import { statSync } from "node:fs"
import { defaultConfig, sealingConfig, type SealingConfig } from "../../sealing/Config.ts"
import type { SealingSettings } from "../../sealing/SealingSettings.ts"
import { readSettingsFile, type Settings } from "../Config.ts"

const configOf = ({ base, config }: SealingSettings): SealingConfig =>
  Either.getOrElse(sealingConfig(base, config), () => defaultConfig(base))

/** Changes with every write; null when there is no file. */
const versionOf = (path: string): string | null => {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? null : `${found.mtimeMs} ${found.size} ${found.ino}`
}

export interface LiveSealingConfig {
  /** The settings of sealing as the file has them at the moment of the call, or had them when it was last right. */
  readonly current: () => SealingConfig
  /** What is wrong in the file now, in the words of a start; null when nothing is. */
  readonly problem: () => string | null
}

/** Reads the file again whenever it has changed; warns once of each file it cannot use. */
export const liveSealingConfig = (settings: Settings, warn: (text: string) => void): LiveSealingConfig => {
  let config = configOf(settings.sealing)
  let problem: string | null = null
  let version = versionOf(settings.configFile)
  const look = () => {
    const found = versionOf(settings.configFile)
    if (found === version) return
    version = found
    if (found === null) {
      problem = `${settings.configFile} is gone`
      warn(`${problem}; the settings of sealing stay as they were`)
      return
    }
    const next = readSettingsFile(settings.configFile, settings.home)
    problem = Either.isLeft(next) ? next.left.message : null
    if (Either.isRight(next)) config = configOf(next.right.sealing)
    else warn(`${next.left.message}; until that is mended the settings of sealing stay as they were`)
  }
  return {
    current: () => {
      look()
      return config
    },
    problem: () => {
      look()
      return problem
    },
  }
}

/** The file that is looked at again, once for the whole room; its warnings go to the daemon's log. */
export class LiveConfig extends Context.Tag("linkseal/daemon/LiveConfig")<LiveConfig, LiveSealingConfig>() {
  static readonly layer = (settings: Settings): Layer.Layer<LiveConfig> =>
    Layer.effect(
      LiveConfig,
      Effect.map(Effect.runtime<never>(), (runtime) =>
        liveSealingConfig(settings, (text) => void Runtime.runFork(runtime, Effect.logWarning(text))),
      ),
    )
}
