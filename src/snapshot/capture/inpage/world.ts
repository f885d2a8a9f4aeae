/**
 * The functions of this folder as one text, to be run once in each frame's isolated world. There they are found under
 * `globalThis.linkseal`, which the page's own scripts do not see.
 */
import { answerConsent, drawn, firstSight, hideOverlays, pulse, scroll, wakeImages } from "./behave.ts"
import { facts, frameText, textLength } from "./facts.ts"
import { canvasStyle, topLayerStyle } from "./looks.ts"
import { chosenCandidate, pictureOf } from "./pictures.ts"
import { asksForAddresses } from "./selectors.ts"
import { serialise } from "./serialise.ts"
import { changedText, isUsed, linkedSheets, rulesOf } from "./sheets.ts"

const functions = {
  answerConsent,
  drawn,
  firstSight,
  hideOverlays,
  pulse,
  scroll,
  wakeImages,
  facts,
  textLength,
  frameText,
  asksForAddresses,
  serialise,
  canvasStyle,
  topLayerStyle,
  chosenCandidate,
  pictureOf,
  changedText,
  isUsed,
  linkedSheets,
  rulesOf,
}

/** Some compilers wrap functions in a call of `__name`, which does not exist in a page. */
export const worldSource = `(() => {
  if (globalThis.linkseal) return
  const __name = (value) => value
  const frames = []
  const restyled = new Map()
  globalThis.linkseal = { frames, restyled, ${Object.entries(functions)
    .map(([name, code]) => `${name}: ${String(code)}`)
    .join(",\n")} }
})()`
