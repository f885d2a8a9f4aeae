/** The settings as they are now: a stage reads them each time it runs, so that most take effect without a restart. */
import type { SealingConfig } from "../Config.ts"
import { ask, type Verb } from "./Request.ts"

export interface SettingsVerbs {
  readonly Settings: Verb<unknown, SealingConfig>
}

export const settings = () => ask({ _tag: "Settings" })
