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
