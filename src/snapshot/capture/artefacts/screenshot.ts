/**
 * `screenshot`: the whole page as one JPEG, cut at a height. `thumbnail`: its top as a small WebP. Taking a picture of
 * a very tall page at once needs gigabytes, hence the cut, and tiles for windows that are wide.
 */
import * as Effect from "effect/Effect"
import sharp from "sharp"
import type { Capturing, CapturingPage } from "../Capturing.ts"
import type { PageError } from "../PageWorld.ts"
import { ArtefactProblem, type Made } from "./artefact.ts"
import { isTall, layoutHeight } from "./tallPage.ts"

const quality = 80
const tileQuality = 95
const thumbnailWidth = 480
const thumbnailHeight = 300
/** A picture larger than this is not decoded: it would take more memory than a capture may. */
const maxPixels = 130_000_000

/** One shot of more than this takes the browser more memory than a capture may, or fails: then it is taken in tiles. */
const maxShotPixels = 20_000_000

export const screenshot = (capturing: CapturingPage): Effect.Effect<Made, PageError | ArtefactProblem> =>
  Effect.gen(function* () {
    const { screenshotMaxHeight, viewportHeight, viewportWidth } = capturing.settings
    const full = yield* layoutHeight(capturing)
    const height = Math.min(Math.max(full, viewportHeight), screenshotMaxHeight)
    const tileHeight = Math.floor(maxShotPixels / viewportWidth)
    const atOnce = height > tileHeight || !isTall(full) ? null : yield* inTallWindow(capturing, full, height)
    const picture = atOnce ?? (yield* inTiles(capturing, height, tileHeight))
    capturing.found.picture = picture
    return { mediaType: "image/jpeg", content: picture }
  })

const inTiles = (capturing: CapturingPage, height: number, tileHeight: number) =>
  Effect.gen(function* () {
    const { viewportHeight, viewportWidth } = capturing.settings
    const isTile = height > tileHeight
    const tiles: Array<Buffer> = []
    for (let y = 0; y < height; y += tileHeight) {
      const beyond = isTile || height > viewportHeight
      tiles.push(yield* shoot(capturing, y, Math.min(tileHeight, height - y), beyond, isTile))
    }
    return tiles.length === 1 ? tiles[0]! : yield* join(tiles, viewportWidth, height)
  })

/**
 * What lies beyond the window costs the browser a drawing of the whole page (8 s at 360,000 px), a window as tall as
 * the picture does not (0.3 s). But a page may be laid out by the height of its window: then this gives null.
 */
const inTallWindow = (capturing: CapturingPage, full: number, height: number) =>
  Effect.acquireUseRelease(
    setWindow(capturing, height),
    () =>
      Effect.gen(function* () {
        yield* capturing.world.call(capturing.frameId, "drawn", [], capturing.settings.artefactMillis)
        if ((yield* layoutHeight(capturing)) !== full) return null
        return yield* shoot(capturing, 0, height, false, false)
      }),
    () => Effect.ignore(setWindow(capturing, capturing.settings.viewportHeight)),
  )

const setWindow = ({ settings, world }: CapturingPage, height: number) => {
  const size = { width: settings.viewportWidth, height }
  const screen = { screenWidth: size.width, screenHeight: height }
  return world.send(
    "Emulation.setDeviceMetricsOverride",
    { ...size, ...screen, deviceScaleFactor: 1, mobile: false },
    settings.artefactMillis,
  )
}

const shoot = (
  { settings, world }: CapturingPage,
  y: number,
  height: number,
  captureBeyondViewport: boolean,
  isTile: boolean,
): Effect.Effect<Buffer, PageError> =>
  world
    .send(
      "Page.captureScreenshot",
      {
        format: "jpeg",
        // A tile is compressed once more when they are joined.
        quality: isTile ? tileQuality : quality,
        optimizeForSpeed: true,
        captureBeyondViewport,
        clip: { x: 0, y, width: settings.viewportWidth, height, scale: 1 },
      },
      settings.artefactMillis,
    )
    .pipe(Effect.map((shot) => Buffer.from(shot.data as string, "base64")))

/** Tiles one below the other; they are read one after the other, so the whole is never in memory uncompressed. */
const join = (
  tiles: ReadonlyArray<Buffer>,
  width: number,
  height: number,
): Effect.Effect<Buffer, ArtefactProblem> =>
  Effect.tryPromise({
    try: () =>
      sharp([...tiles], { join: { across: 1 } })
        // Every tile is given the room of the largest; the last one may be less.
        .extract({ left: 0, top: 0, width, height })
        .jpeg({ quality })
        .toBuffer(),
    catch: (error) =>
      new ArtefactProblem({ message: `the picture's tiles cannot be joined: ${(error as Error).message}` }),
  })

export const thumbnail = (capturing: Capturing): Effect.Effect<Made, ArtefactProblem> =>
  Effect.suspend(() => {
    const { picture } = capturing.found
    return picture === null
      ? Effect.fail(new ArtefactProblem({ message: "there is no screenshot to make it from" }))
      : Effect.flatMap(topOf(picture), shrink)
  })

/** What a thumbnail shows of a page's picture; the rest of its 12,000 px need not even be read. */
const topOf = (picture: Buffer): Effect.Effect<Buffer, ArtefactProblem> =>
  Effect.tryPromise({
    try: async () => {
      const image = sharp(picture, { limitInputPixels: maxPixels, failOn: "none" })
      const { height, width } = await image.metadata()
      const shown = Math.min(height, Math.ceil((width * thumbnailHeight) / thumbnailWidth))
      return image.extract({ left: 0, top: 0, width, height: shown }).png({ compressionLevel: 0 }).toBuffer()
    },
    catch: unreadable,
  })

const unreadable = (error: unknown) =>
  new ArtefactProblem({ message: `the picture cannot be read: ${(error as Error).message}` })

/** The top of a picture, as wide as a thumbnail; a damaged one as far as it goes, or fails as `failOn` says. */
export const shrink = (
  picture: Buffer | string,
  failOn: "none" | "truncated" = "none",
): Effect.Effect<Made, ArtefactProblem> =>
  Effect.tryPromise({
    try: async () => {
      const bytes = await sharp(picture, { limitInputPixels: maxPixels, failOn })
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
    catch: unreadable,
  })
