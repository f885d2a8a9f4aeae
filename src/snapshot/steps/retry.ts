/** When a failed capture is tried again: the pauses grow, and then it is over until somebody asks. */
import * as Schema from "effect/Schema"
import type { LinkFailure } from "../LinkRecord.ts"

const minute = 60_000

export const RetrySettings = Schema.Struct({
  /** The pause before each further try, milliseconds; as many tries as pauses. */
  pausesMillis: Schema.optionalWith(
    Schema.Array(Schema.Int.pipe(Schema.between(100, 30 * 24 * 60 * minute))),
    {
      default: () => [minute, 10 * minute, 60 * minute, 6 * 60 * minute],
    },
  ),
})
export type RetrySettings = typeof RetrySettings.Type

/** Each pause varies by up to a tenth, so that links that failed together do not come back together. */
const spread = 0.1

/** A site that asks for a longer pause gets this one. */
const longestAskedMillis = 24 * 60 * minute

/**
 * The failure of a try. `attempts` had failed before it; `draw` is from 0 to 1. The next try is not before the
 * failure's `notBefore`, and not more than 24 hours later for its sake.
 */
export const failureOf = (
  failure: {
    readonly code: string
    readonly message: string
    readonly retryable: boolean
    readonly notBefore?: number
  },
  attempts: number,
  now: number,
  draw: number,
  settings: RetrySettings,
): LinkFailure => {
  const pause = failure.retryable ? settings.pausesMillis[attempts] : undefined
  if (pause === undefined) return { code: failure.code, message: failure.message, retryAt: null }
  const planned = Math.round(now + pause * (1 + spread * (2 * draw - 1)))
  const asked = failure.notBefore ?? 0
  const retryAt = Math.max(planned, Math.min(asked, now + longestAskedMillis))
  const message =
    asked > now
      ? `${failure.message} It asks to wait until ${new Date(asked).toISOString()}.`
      : failure.message
  return { code: failure.code, message, retryAt }
}
