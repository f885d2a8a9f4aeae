/**
 * Pages of hundreds of screens: where Chromium's time grows with the page and not with what is wanted of it, they are
 * pictured and printed in other ways. Nothing of them is left out for that.
 */
import * as Effect from "effect/Effect"
import type { CapturingPage } from "../Capturing.ts"
import type { PageError } from "../PageWorld.ts"

/** CSS pixels; printed, about a hundred sheets of paper. */
const tallHeight = 100_000

export const isTall = (height: number): boolean => height > tallHeight

/** Of the page as it is laid out now, CSS pixels. */
export const layoutHeight = ({ settings, world }: CapturingPage): Effect.Effect<number, PageError> =>
  Effect.map(world.send("Page.getLayoutMetrics", {}, settings.artefactMillis), ({ cssContentSize }) =>
    Math.ceil(cssContentSize.height as number),
  )
