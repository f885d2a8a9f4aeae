/** English sentences of the daemon, known by their patterns, so that they can be said in the reader's language. */
import type { MessageDescriptor } from "@lingui/core"

/** A whole match and its groups; a group that the pattern lacks is empty. */
export type Found = readonly [
  whole: string,
  one: string,
  two: string,
  three: string,
  four: string,
  five: string,
]

export type Sentences<Given extends ReadonlyArray<unknown> = []> = ReadonlyArray<
  readonly [RegExp, (found: Found, ...given: Given) => MessageDescriptor]
>

/** What the first pattern that fits says; null when none does. */
export const sentenceOf = <Given extends ReadonlyArray<unknown>>(
  known: Sentences<Given>,
  text: string,
  ...given: Given
): MessageDescriptor | null => {
  for (const [pattern, say] of known) {
    const match = pattern.exec(text)
    if (match === null) continue
    const [whole, one = "", two = "", three = "", four = "", five = ""] = match
    return say([whole, one, two, three, four, five], ...given)
  }
  return null
}
