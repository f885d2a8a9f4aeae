/** What users write, held against the bounds; refused by name. */
import * as Effect from "effect/Effect"
import { BadRequest } from "../Links.ts"

/** Longer texts are refused, in UTF-16 units. */
const noteMaxUnits = 100_000
const titleMaxUnits = 2_000
const urlMaxUnits = 8_192

/** Takes what is no http(s) address by name. */
export const checkUrl = (text: string): Effect.Effect<string, BadRequest> => {
  const url = text.trim()
  const shown = url.length > 80 ? `${url.slice(0, 80)}…` : url
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    return Effect.fail(new BadRequest({ message: `not an http or https address: ${shown || "(empty)"}` }))
  if (url.length > urlMaxUnits)
    return Effect.fail(
      new BadRequest({ message: `an address has at most ${urlMaxUnits} characters: ${shown}` }),
    )
  return Effect.succeed(url)
}

const checkLength = (
  what: string,
  text: string | undefined,
  most: number,
): Effect.Effect<void, BadRequest> =>
  (text?.length ?? 0) > most
    ? Effect.fail(new BadRequest({ message: `a ${what} has at most ${most} characters` }))
    : Effect.void

export const checkNote = (note: string | undefined) => checkLength("note", note, noteMaxUnits)
export const checkTitle = (title: string | undefined) => checkLength("title", title, titleMaxUnits)
