/** Colours, only on a terminal and only when nobody said no; and texts of strangers made harmless for one. */
import type { Output } from "../Io.ts"

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, cyan: 36 } as const
export type Colour = keyof typeof codes
export type Paint = (colour: Colour, text: string) => string

export const painter = (output: Output, env: Readonly<Record<string, string | undefined>>): Paint => {
  const colours = output.isTTY && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb"
  return colours ? (colour, text) => `\u001b[${codes[colour]}m${text}\u001b[0m` : (_, text) => text
}

/** Titles and tags are a stranger's text: without this they could move the cursor or fake output. */
export const harmless = (text: string) =>
  text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, " ").trim()

/** JSON in which no such character stands as itself: it reads back as the same document. */
export const escaped = (json: string) =>
  json.replace(
    /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )

const stateColours: Readonly<Record<string, Colour>> = {
  archived: "green",
  doubtful: "yellow",
  failed: "red",
  cancelled: "dim",
  removed: "dim",
  removing: "dim",
  queued: "dim",
}
export const linkStateColour = (state: string): Colour => stateColours[state] ?? "blue"

/** Lotus's colours of `sectors list`. */
export const sectorStateColour = (state: string): Colour => {
  if (state === "Proving") return "green"
  if (/^(?:Empty|WaitDeals|AddPiece)$/.test(state)) return "blue"
  if (/^(?:Terminat|Remov(?:ing|ed))/.test(state)) return "cyan"
  return /Failed|Fault|Undefined|Expired|Recover|^$/.test(state) ? "red" : "yellow"
}
