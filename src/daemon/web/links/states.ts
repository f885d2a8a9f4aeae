/** How the states of a link look and what they are called. */
import type { MessageDescriptor } from "@lingui/core"
import { msg } from "@lingui/core/macro"
import type { LinkState } from "../lib/types.ts"
import type { Glyph } from "../parts/Icon.tsx"

export interface Look {
  readonly kind: string
  readonly glyph: Glyph
  readonly word: MessageDescriptor
}

export const linkLooks: Readonly<Record<LinkState, Look>> = {
  queued: { kind: "k-gone", glyph: "circle", word: msg`queued` },
  probing: { kind: "k-accent", glyph: "half", word: msg`opening` },
  capturing: { kind: "k-accent", glyph: "half", word: msg`capturing` },
  storing: { kind: "k-accent", glyph: "half", word: msg`writing` },
  archived: { kind: "k-good", glyph: "check", word: msg`saved` },
  doubtful: { kind: "k-work", glyph: "question", word: msg`doubtful` },
  failed: { kind: "k-failed", glyph: "alert", word: msg`failed` },
  cancelled: { kind: "k-gone", glyph: "stop", word: msg`cancelled` },
  removing: { kind: "k-leaving", glyph: "leave", word: msg`removing` },
  removed: { kind: "k-gone", glyph: "gone", word: msg`removed` },
}

export const doubtWords: Readonly<Record<string, MessageDescriptor>> = {
  "consent wall": msg`looks like a consent wall`,
  "login wall": msg`looks like a login wall`,
  "bot challenge": msg`looks like a bot challenge`,
  "error page": msg`looks like an error page`,
  "blank page": msg`the page is blank`,
  "much smaller than the last version": msg`much smaller than the last version`,
  "redirected to the home page": msg`was sent to the home page`,
}

/** The steps of a capture, by the names the daemon gives them. */
export const stepWords: Readonly<Record<string, MessageDescriptor>> = {
  probe: msg`looking at the address`,
  open: msg`opening`,
  scroll: msg`scrolling`,
  consent: msg`answering consent questions`,
  settle: msg`waiting until it is quiet`,
  overlays: msg`clearing overlays`,
  read: msg`reading the page`,
  "page.html": msg`page`,
  screenshot: msg`picture`,
  thumbnail: msg`small picture`,
  "article.txt": msg`text`,
  "article.html": msg`article`,
  "metadata.json": msg`data`,
  favicon: msg`icon`,
  "page.pdf": msg`PDF`,
  "page.wacz": msg`recording`,
  original: msg`file`,
}
