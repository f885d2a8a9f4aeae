/** Asks a frame's own world, the page's, what its scripts made fonts of; only where there are such fonts. */
import * as Effect from "effect/Effect"
import type { ScriptFont } from "../inpage/serialised.ts"
import type { PageError, PageWorld } from "../PageWorld.ts"

const maxFonts = 100
/** Bytes of a font that a script had in its hands. */
const maxFontBytes = 3_000_000

const descriptors = {
  "font-family": "family",
  "font-style": "style",
  "font-weight": "weight",
  "font-stretch": "stretch",
  "unicode-range": "unicodeRange",
  "font-feature-settings": "featureSettings",
  "font-display": "display",
  "ascent-override": "ascentOverride",
  "descent-override": "descentOverride",
  "line-gap-override": "lineGapOverride",
  "size-adjust": "sizeAdjust",
}

/** Runs in the page's own world, where the page may have changed everything: what it gives is checked. */
const askFonts = `function () {
  const sourceOf = (source) => {
    if (typeof source === "string") return source
    const bytes = ArrayBuffer.isView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength) : new Uint8Array(source)
    if (bytes.length === 0 || bytes.length > ${maxFontBytes}) return ""
    let text = ""
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
    return 'url("data:font/sfnt;base64,' + btoa(text) + '")'
  }
  const given = Symbol.for("linkseal.source")
  return [...this.ownerDocument.fonts].filter((face) => face.status === "loaded" && face[given] !== undefined).slice(0, ${maxFonts}).map((face) => {
    const values = Object.entries(${JSON.stringify(descriptors)}).map(([name, key]) => [name, face[key]])
    return Object.fromEntries([...values, ["src", sourceOf(face[given])]])
  })
}`

export const scriptFonts = (
  world: PageWorld,
  frameId: string,
  millis: number,
): Effect.Effect<ReadonlyArray<ScriptFont>, PageError> =>
  Effect.gen(function* () {
    if (!(yield* world.call<boolean>(frameId, "hasScriptFonts", [], millis))) return []
    // A page that answers nonsense or nothing has no such fonts.
    const asked = world.callInPage(frameId, askFonts, millis)
    return readFonts(yield* Effect.orElseSucceed(asked, () => null))
  })

const readFonts = (answer: unknown): ReadonlyArray<ScriptFont> =>
  (Array.isArray(answer) ? answer.slice(0, maxFonts) : []).flatMap((face: unknown) => {
    const values = Object.entries(face ?? {}).filter((pair): pair is [string, string] => {
      const isKnown = pair[0] === "src" || Object.hasOwn(descriptors, pair[0])
      return isKnown && typeof pair[1] === "string"
    })
    return values.some(([name, value]) => name === "src" && value !== "") ? [Object.fromEntries(values)] : []
  })
