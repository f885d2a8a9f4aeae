/**
 * The functions of this folder as one text, to be run once in each frame's isolated world. There they are found under
 * `globalThis.linkseal`, which the page's own scripts do not see. A function may call the others of its own file.
 */
import { drawn, firstSight, pulse, scroll, wakeImages } from "./behave.ts"
import { allText, facts, frameText, hasDrawing, overlayOf, textLength, textOf, unseenParts } from "./facts.ts"
import { fontRules, hasScriptFonts } from "./fonts.ts"
import { escapeAttribute, escapeText, tagOf } from "./markup.ts"
import { canvasStyle, topLayerStyle } from "./looks.ts"
import {
  answerConsent,
  closedWalls,
  consentBoxes,
  consentWords,
  elementAt,
  hasBox,
  hideOverlays,
  isGate,
  isNotice,
  labelOf,
  parentOf,
  rootsOf,
  spokenBy,
} from "./overlays.ts"
import { chosenCandidate, pictureOf } from "./pictures.ts"
import { asksForAddresses } from "./selectors.ts"
import { serialise } from "./serialise.ts"
import { changedText, isUsed, linkedSheets, rulesOf } from "./sheets.ts"

const functions = {
  answerConsent,
  closedWalls,
  consentBoxes,
  consentWords,
  elementAt,
  hasBox,
  hideOverlays,
  isGate,
  isNotice,
  labelOf,
  parentOf,
  rootsOf,
  spokenBy,
  drawn,
  firstSight,
  pulse,
  scroll,
  wakeImages,
  facts,
  textLength,
  frameText,
  overlayOf,
  hasDrawing,
  allText,
  unseenParts,
  textOf,
  asksForAddresses,
  serialise,
  escapeAttribute,
  escapeText,
  tagOf,
  fontRules,
  hasScriptFonts,
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
  const closedRoots = new WeakMap()
  ${Object.entries(functions)
    .map(([name, code]) => `const ${name} = ${String(code)}`)
    .join("\n")}
  globalThis.linkseal = { frames, restyled, closedRoots, ${Object.keys(functions).join(", ")} }
})()`
