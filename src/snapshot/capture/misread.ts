/**
 * A server that says UTF-8 and sends something else: the browser believes it, and every letter beyond ASCII is lost.
 * Gives the encoding that such a document is really in. Pure.
 */
const lost = /\ufffd/g
/** So many lost letters are no accident, when they are also this share of the text. */
const minLost = 8
const minLostShare = 0.005
/** What a document says of itself stands here. */
const headBytes = 4_096
/** Texts of the West have an accent now and then; where it is this many bytes, every letter is made of two. */
const manyHighBytes = 0.15

/** Was the text read in another encoding than it is written in? */
export const isMisread = (text: string): boolean => {
  const count = text.match(lost)?.length ?? 0
  return count >= minLost && count >= text.length * minLostShare
}

/** The encoding of a document that is not the UTF-8 it is said to be; null when it is, or when nothing fits. */
export const encodingOf = (bytes: Uint8Array, language: string): string | null => {
  if (decodes(bytes, "utf-8")) return null
  const head = Buffer.from(bytes.subarray(0, headBytes)).toString("latin1")
  const said = /<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)/i.exec(head)?.[1]?.toLowerCase()
  const guesses = isDense(bytes) ? [ofLanguage(language), "gb18030"] : ["windows-1252"]
  return [said, ...guesses].find((label) => label !== undefined && decodes(bytes, label)) ?? null
}

const ofLanguage = (language: string): string | undefined => {
  if (/^ja\b/i.test(language)) return "shift_jis"
  if (/^ko\b/i.test(language)) return "euc-kr"
  return /^zh-(tw|hk|hant)\b/i.test(language) ? "big5" : undefined
}

const isDense = (bytes: Uint8Array) =>
  bytes.filter((byte) => byte > 0x7f).length > bytes.length * manyHighBytes

const decodes = (bytes: Uint8Array, label: string): boolean => {
  try {
    new TextDecoder(label, { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}
