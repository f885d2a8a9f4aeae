/**
 * Pages of frames from before CSS, as older Javadoc has them, written as a grid of inline frames: a frame of a frameset can
 * only name an address, which whoever shows the page may forbid, and takes no document in itself.
 */

/** What its attributes say, the last two where it does not say them itself its parents'; empty: nobody says. */
export interface Frameset {
  readonly rows: string
  readonly cols: string
  readonly border: string
  readonly frameborder: string
  /** It stands where the body would. */
  readonly outer: boolean
}

const borderColour = "#ccc"
/** Chromium's own, CSS pixels. */
const usualBorder = 6

export const framesetTag = ({ border, cols, frameborder, outer, rows }: Frameset): string => {
  const size = outer ? "margin:0;width:100vw;height:100vh;overflow:hidden" : "width:100%;height:100%"
  const grid = `display:grid;grid-template:${tracks(rows)}/${tracks(cols)};gap:${gapOf(border, frameborder)}px;background:${borderColour}`
  return `<${outer ? "body" : "div"} style="${size};${grid}">`
}

const gapOf = (border: string, frameborder: string): number => {
  if (/^(0|no)$/i.test(frameborder)) return 0
  const width = Number.parseInt(border, 10)
  return width >= 0 ? width : usualBorder
}

/** Lengths as grid tracks. Without a `*` among them they are scaled to fill the room, pixels only when nothing else can be. */
const tracks = (lengths: string): string => {
  const read = [...lengths.matchAll(/(\d+(?:\.\d+)?)?\s*([%*]?)\s*(?:,|$)/g)]
    .filter(([, amount, unit]) => amount !== undefined || unit === "*")
    .map(([, amount, unit]) => ({ amount: Number(amount ?? 1), unit: unit! }))
  if (read.length === 0) return share(1)
  const has = (wanted: string) => read.some(({ unit }) => unit === wanted)
  const scaled = has("*") ? "*" : has("%") ? "%" : ""
  return read
    .map(({ amount, unit }) => (unit === scaled ? share(amount) : `${amount}${unit === "" ? "px" : unit}`))
    .join(" ")
}

const share = (amount: number) => `minmax(0,${amount}fr)`
