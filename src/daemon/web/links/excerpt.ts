/**
 * An excerpt is attacker's text with `<mark>` around the hits. It is taken apart here and rendered as text, so that
 * nothing else in it can ever become an element.
 */
export interface Piece {
  readonly text: string
  readonly hit: boolean
}

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
}

const decode = (text: string): string =>
  text.replaceAll(/&(?:#(\d+)|#x([0-9a-f]+)|([a-z]+));/gi, (whole, decimal, hex, name) => {
    const code =
      decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : Number.NaN
    if (!Number.isNaN(code)) return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : ""
    return entities[String(name).toLowerCase()] ?? whole
  })

export const piecesOf = (html: string): ReadonlyArray<Piece> =>
  html
    .split(/(<mark>.*?<\/mark>)/gs)
    .filter((part) => part !== "")
    .map((part) => {
      const hit = part.startsWith("<mark>")
      return { hit, text: decode(part.replaceAll(/<\/?mark>/g, "")) }
    })

/** Letters of Chinese, Japanese and Korean are about twice as wide as Latin ones. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]|[\ud83c-\ud87f][\udc00-\udfff]/
const widthOf = (letter: string): number => (wide.test(letter) ? 2 : 1)

/** How much of the end of a text has room, in letters of UTF-16; a word is not cut when a blank is near. */
const endWithin = (text: string, room: number): string => {
  const letters = [...text]
  let from = letters.length
  for (let left = room; from > 0 && widthOf(letters[from - 1]!) <= left; from--)
    left -= widthOf(letters[from - 1]!)
  const end = letters.slice(from).join("")
  return end.replace(/^[^\s]{0,11}\s+/, "").replace(/^\p{P}+\s*/u, "")
}

/**
 * An excerpt for one line: what stands before the first hit is cut from its front to so many Latin letters, so that the
 * hit is in sight.
 */
export const startNearHit = (pieces: ReadonlyArray<Piece>, room: number): ReadonlyArray<Piece> => {
  const at = pieces.findIndex(({ hit }) => hit)
  if (at <= 0) return pieces
  const before = pieces
    .slice(0, at)
    .map(({ text }) => text)
    .join("")
  const width = [...before].reduce((sum, letter) => sum + widthOf(letter), 0)
  if (width <= room) return pieces
  return [{ text: `…${endWithin(before, room)}`, hit: false }, ...pieces.slice(at)]
}
