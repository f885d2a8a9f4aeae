/**
 * Where two pictures of a page differ. Both are made small first: what a reader would not notice is no change, and a
 * page of 12,000 pixels is compared in a tenth of a second.
 */
import pixelmatch from "pixelmatch"
import sharp from "sharp"

/** Width at which pictures are compared, in pixels. */
const comparedWidth = 320
/** Larger pictures are cut below (at the compared width, in pixels). */
const comparedHeightMax = 6_000
/** Changes are gathered in squares of this many pixels. */
const square = 8
/** Of a square's pixels this many must differ. */
const squareMin = 3
/** Given at most; the largest first. */
const boxesMax = 100

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface PictureDiff {
  /** In pixels of the two pictures as they are kept. */
  readonly before: { readonly width: number; readonly height: number }
  readonly after: { readonly width: number; readonly height: number }
  /** Share of the compared area that differs, 0 to 1. */
  readonly changed: number
  /** What differs, in pixels of the later picture; boxes do not touch each other. */
  readonly boxes: ReadonlyArray<Box>
}

interface Small {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  readonly original: { readonly width: number; readonly height: number }
}

const makeSmall = async (picture: Uint8Array): Promise<Small> => {
  const image = sharp(picture, { limitInputPixels: 100_000_000 })
  const { height, width } = await image.metadata()
  const small = await image
    .resize({
      width: comparedWidth,
      height: Math.min(comparedHeightMax, Math.max(1, Math.round((height * comparedWidth) / width))),
      fit: "fill",
    })
    .flatten({ background: "#ffffff" })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data: small.data, width: small.info.width, height: small.info.height, original: { width, height } }
}

/** The picture with white below, so that both have the same height. */
const padded = ({ data, height, width }: Small, to: number): Uint8Array => {
  if (height === to) return data
  const result = new Uint8Array(width * to * 4).fill(255)
  result.set(data.subarray(0, width * Math.min(height, to) * 4))
  return result
}

/** Rejects what is no picture. */
export const diffPictures = async (before: Uint8Array, after: Uint8Array): Promise<PictureDiff> => {
  const [old, young] = await Promise.all([makeSmall(before), makeSmall(after)])
  const width = comparedWidth
  const height = Math.max(old.height, young.height)
  const mask = new Uint8Array(width * height * 4)
  const pixels = pixelmatch(padded(old, height), padded(young, height), mask, width, height, {
    threshold: 0.1,
    diffMask: true,
  })
  // Where one picture ends and the other goes on, white may meet white: the area still differs.
  const beyond = Math.abs(old.height - young.height) * width
  const scale = { x: young.original.width / width, y: young.original.height / young.height }
  return {
    before: old.original,
    after: young.original,
    changed: Math.min(1, Math.max(pixels, beyond) / (width * height)),
    boxes: boxesOf(mask, width, height, scale),
  }
}

/** Neighbouring squares with changes, joined, as boxes in the later picture's pixels. */
const boxesOf = (
  mask: Uint8Array,
  width: number,
  height: number,
  scale: { x: number; y: number },
): ReadonlyArray<Box> => {
  const columns = Math.ceil(width / square)
  const rows = Math.ceil(height / square)
  const counts = new Uint16Array(columns * rows)
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    if (mask[pixel * 4 + 3] === 0) continue
    const at = Math.floor(Math.floor(pixel / width) / square) * columns + Math.floor((pixel % width) / square)
    counts[at]! += 1
  }
  const found: Array<Box> = []
  for (let start = 0; start < counts.length; start += 1) {
    if (counts[start]! >= squareMin) found.push(spread(counts, columns, rows, start))
  }
  return joinTouching(found)
    .sort((a, b) => b.width * b.height - a.width * a.height)
    .slice(0, boxesMax)
    .map((box) => ({
      x: Math.round(box.x * square * scale.x),
      y: Math.round(box.y * square * scale.y),
      width: Math.round(Math.min(box.width * square, width - box.x * square) * scale.x),
      height: Math.round(Math.min(box.height * square, height - box.y * square) * scale.y),
    }))
}

/** The box around all changed squares that hang together, which are taken away. */
const spread = (counts: Uint16Array, columns: number, rows: number, start: number): Box => {
  let [left, top, right, bottom] = [columns, rows, 0, 0]
  const waiting = [start]
  counts[start] = 0
  while (waiting.length > 0) {
    const at = waiting.pop()!
    const [x, y] = [at % columns, Math.floor(at / columns)]
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
    for (let dy = -1; dy <= 1; dy += 1) {
      for (let dx = -1; dx <= 1; dx += 1) {
        const next = (y + dy) * columns + x + dx
        const inside = x + dx >= 0 && x + dx < columns && y + dy >= 0 && y + dy < rows
        if (!inside || counts[next]! < squareMin) continue
        counts[next] = 0
        waiting.push(next)
      }
    }
  }
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }
}

const touch = (a: Box, b: Box) =>
  a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height

const around = (a: Box, b: Box): Box => {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)]
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  }
}

const joinTouching = (boxes: ReadonlyArray<Box>): Array<Box> => {
  const apart: Array<Box> = []
  for (let box of boxes) {
    for (let index = apart.findIndex((each) => touch(each, box)); index >= 0;) {
      box = around(apart.splice(index, 1)[0]!, box)
      index = apart.findIndex((each) => touch(each, box))
    }
    apart.push(box)
  }
  return apart
}
