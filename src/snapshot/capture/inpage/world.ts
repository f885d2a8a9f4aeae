/**
 * The functions of this folder as one text, to be run once in each frame's isolated world. There they are found under
 * `globalThis.linkseal`, which the page's own scripts do not see. A function may call the others of its own file.
 */
import * as behave from "./behave.ts"
import * as facts from "./facts.ts"
import * as fonts from "./fonts.ts"
import * as looks from "./looks.ts"
import * as markup from "./markup.ts"
import * as overlays from "./overlays.ts"
import * as pictures from "./pictures.ts"
import * as selectors from "./selectors.ts"
import * as serialise from "./serialise.ts"
import * as sheets from "./sheets.ts"

/** All that these files export; each name once. */
const functions = {
  ...behave,
  ...facts,
  ...fonts,
  ...looks,
  ...markup,
  ...overlays,
  ...pictures,
  ...selectors,
  ...serialise,
  ...sheets,
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
