/** The clock of the sealing world, in milliseconds of unix time. */
import { ask, type Verb } from "./Request.ts"

export interface TimeVerbs {
  readonly Now: Verb<unknown, number>
  /** Answered when the clock has reached `at`; `why` says what for. */
  readonly SleepUntil: Verb<{ readonly at: number; readonly why: string }, null>
}

export const now = () => ask({ _tag: "Now" })

export const sleepUntil = (at: number, why: string) => ask({ _tag: "SleepUntil", at, why })
