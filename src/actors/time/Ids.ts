/**
 * Names for new things: 26 characters that sort by the time they were made (48 bits of milliseconds, 80 bits of
 * randomness, Crockford's base 32, as ULID). From the clock and `Random`, so a seeded world gives the same ids.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

const base32 = (value: number, characters: number): string => {
  let rest = value
  let text = ""
  for (let index = 0; index < characters; index++) {
    text = alphabet[rest % 32] + text
    rest = Math.floor(rest / 32)
  }
  return text
}

/** A new id. */
export const next: Effect.Effect<string> = Effect.gen(function* () {
  const now = yield* Clock.currentTimeMillis
  let text = base32(now, 10)
  for (let part = 0; part < 4; part++) text += base32(yield* Random.nextIntBetween(0, 2 ** 20), 4)
  return text
})

/** What an id looks like. */
export const pattern = /^[0-9a-hjkmnp-tv-z]{26}$/
