/**
 * A server that says UTF-8 and sends something else: the browser believes it, and every letter beyond ASCII is lost.
 * Gives the encoding that such a document is really in. Pure.
 */
import { decodes, guessEncoding, saidEncoding } from "./textEncoding.ts"

const lost = /\ufffd/g
/** So many lost letters are no accident, when they are also this share of the text. */
const minLost = 8
const minLostShare = 0.005

/** Was the text read in another encoding than it is written in? */
export const isMisread = (text: string): boolean => {
  const count = text.match(lost)?.length ?? 0
  return count >= minLost && count >= text.length * minLostShare
}

/** The encoding of a document that is not the UTF-8 it is said to be; null when it is, or when nothing fits. */
export const encodingOf = (bytes: Uint8Array, language: string): string | null => {
  if (decodes(bytes, "utf-8")) return null
  const said = saidEncoding(bytes)
  return said !== undefined && decodes(bytes, said) ? said : guessEncoding(bytes, language)
}
