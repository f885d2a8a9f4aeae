/**
 * `screenshot`: the whole page as one JPEG, cut at a height. `thumbnail`: its top as a small WebP. Taking a picture of
 * a very tall page at once needs gigabytes, hence the cut.
 */
import * as Effect from "effect/Effect"
import sharp from "sharp"
import type { Capturing, CapturingPage } from "../Capturing.ts"
import type { PageError } from "../PageWorld.ts"
import { ArtefactProblem, type Made } from "./artefact.ts"

const quality = 80
const thumbnailWidth = 480
const thumbnailHeight = 300
/** A picture larger than this is not decoded: it would take more memory than a capture may. */
export const maxPixels = 100_000_000

export const screenshot = (capturing: CapturingPage): Effect.Effect<Made, PageError> =>
  Effect.gen(function* () {
    const { artefactMillis, screenshotMaxHeight, viewportHeight, viewportWidth } = capturing.settings
    const metrics = yield* capturing.world.send("Page.getLayoutMetrics", {}, artefactMillis)
    const full = Math.ceil(metrics.cssContentSize.height as number)
    const height = Math.min(Math.max(full, viewportHeight), screenshotMaxHeight)
    const shot = yield* capturing.world.send(
      "Page.captureScreenshot",
      {
        format: "jpeg",
        quality,
        optimizeForSpeed: true,
        captureBeyondViewport: height > viewportHeight,
        clip: { x: 0, y: 0, width: viewportWidth, height, scale: 1 },
      },
      artefactMillis,
    )
    const picture = Buffer.from(shot.data as string, "base64")
    capturing.found.picture = picture
    return { mediaType: "image/jpeg", content: picture }
  })

export const thumbnail = (capturing: Capturing): Effect.Effect<Made, ArtefactProblem> =>
  Effect.suspend(() => {
    const { picture } = capturing.found
    return picture === null
      ? Effect.fail(new ArtefactProblem({ message: "there is no screenshot to make it from" }))
      : shrink(picture)
  })

/** The top of a picture, as wide as a thumbnail. */
export const shrink = (picture: Buffer | string): Effect.Effect<Made, ArtefactProblem> =>
  Effect.tryPromise({
    try: async () => {
      const bytes = await sharp(picture, { limitInputPixels: maxPixels, failOn: "none" })
        .rotate()
        .resize({
          width: thumbnailWidth,
          height: thumbnailHeight,
          fit: "cover",
          position: "top",
          withoutEnlargement: false,
        })
        .flatten({ background: "#ffffff" })
        .webp({ quality: 75 })
        .toBuffer()
      return { mediaType: "image/webp", content: bytes }
    },
    catch: (error) =>
      new ArtefactProblem({ message: `the picture cannot be read: ${(error as Error).message}` }),
  })
