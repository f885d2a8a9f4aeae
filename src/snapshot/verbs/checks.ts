/** What users write, held against the bounds; refused by name. */
import * as Effect from "effect/Effect"
import { BadRequest } from "../LinkRefusals.ts"
import { hasLogin, loginRefused, withoutLogin } from "./addresses.ts"
import { parseUrl } from "../parseUrl.ts"

/** Longer texts are refused, in UTF-16 units. */
const noteMaxUnits = 100_000
const titleMaxUnits = 2_000
const urlMaxUnits = 8_192

/** Takes what is no http(s) address by name. */
export const checkUrl = (text: string): Effect.Effect<string, BadRequest> => {
  const url = text.trim()
  const clean = withoutLogin(url)
  const shown = clean.length > 80 ? `${clean.slice(0, 80)}…` : clean
  if (!/^https?:$/.test(parseUrl(url)?.protocol ?? ""))
    return Effect.fail(new BadRequest({ message: `${shown || '""'} is not an http or https address` }))
  if (hasLogin(url)) return Effect.fail(new BadRequest({ message: loginRefused(shown) }))
  if (url.length > urlMaxUnits)
    return Effect.fail(
      new BadRequest({ message: `an address has at most ${urlMaxUnits} characters: ${shown}` }),
    )
  return Effect.succeed(url)
}

/** Of what a user writes, only new lines and tabs; the others could fake output wherever the text is shown. */
const controls = /(?![\t\n\r])\p{Cc}/u

const checkText = (what: string, text: string | undefined, most: number): Effect.Effect<void, BadRequest> => {
  if ((text?.length ?? 0) > most)
    return Effect.fail(new BadRequest({ message: `a ${what} has at most ${most} characters` }))
  return controls.test(text ?? "")
    ? Effect.fail(new BadRequest({ message: `a ${what} has no control characters but new lines and tabs` }))
    : Effect.void
}

export const checkNote = (note: string | undefined) => checkText("note", note, noteMaxUnits)
export const checkTitle = (title: string | undefined) => checkText("title", title, titleMaxUnits)
