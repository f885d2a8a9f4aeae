/**
 * What changed between two texts: by paragraph first, then by word inside a paragraph that changed. Words are those
 * of `Intl.Segmenter`, so Chinese and Japanese differ by word too. Pure, and bounded: a text that changed beyond
 * measure is told as one replaced by the other.
 */
import { diffArrays } from "diff"

/** Paragraphs of a text that are compared; the rest counts as one more. */
const paragraphsMax = 20_000
/** Changed paragraphs that the comparison follows before it gives up (its cost grows with the square). */
const paragraphEditsMax = 1_500
/** Words of a paragraph, and changed words, likewise. */
const wordsMax = 4_000
const wordEditsMax = 1_000
/** Two paragraphs are one that changed when they share at least this part of their words. */
const kinship = 0.3

export type Piece = { readonly kind: "same" | "added" | "removed"; readonly text: string }

export type Block =
  | { readonly kind: "same" | "added" | "removed"; readonly text: string }
  | { readonly kind: "changed"; readonly pieces: ReadonlyArray<Piece> }

export interface TextDiff {
  /** In the order of the text; removed paragraphs stand before what came in their place. */
  readonly blocks: ReadonlyArray<Block>
  readonly addedChars: number
  readonly removedChars: number
  /** Growth of the text: 0.04 is 4 % more; null when there was no text before. */
  readonly growth: number | null
  /** False when the texts differ so much that only the whole is told. */
  readonly exact: boolean
}

/** Paragraphs without their outer blanks; blank ones left out. */
export const paragraphsOf = (text: string): ReadonlyArray<string> => {
  const all = text
    .split(/\n+/u)
    .map((paragraph) => paragraph.replace(/\s+/gu, " ").trim())
    .filter((paragraph) => paragraph !== "")
  return all.length <= paragraphsMax
    ? all
    : [...all.slice(0, paragraphsMax), all.slice(paragraphsMax).join("\n")]
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "word" })

const wordsOf = (text: string): ReadonlyArray<string> =>
  Array.from(segmenter.segment(text), (part) => part.segment)

type Run = { readonly kind: "same" | "added" | "removed"; readonly value: ReadonlyArray<string> }

const runsOf = (before: ReadonlyArray<string>, after: ReadonlyArray<string>, editsMax: number) =>
  diffArrays([...before], [...after], { maxEditLength: editsMax })?.map((change): Run => ({
    kind: change.added ? "added" : change.removed ? "removed" : "same",
    value: change.value,
  }))

/** The words of one paragraph against the other's; null when they have too little in common. */
const changedParagraph = (before: string, after: string): Block | null => {
  const [old, young] = [wordsOf(before), wordsOf(after)]
  if (old.length > wordsMax || young.length > wordsMax) return null
  const runs = runsOf(old, young, wordEditsMax)
  if (runs === undefined) return null
  const shared = runs.reduce((sum, run) => sum + (run.kind === "same" ? lengthOf(run.value) : 0), 0)
  if (shared < kinship * Math.max(before.length, after.length)) return null
  return { kind: "changed", pieces: runs.map((run) => ({ kind: run.kind, text: run.value.join("") })) }
}

const lengthOf = (words: ReadonlyArray<string>) => words.reduce((sum, word) => sum + word.trim().length, 0)

/** Pairs removed paragraphs with the added ones that took their place, in order. */
const pairUp = (removed: ReadonlyArray<string>, added: ReadonlyArray<string>): ReadonlyArray<Block> => {
  const blocks: Array<Block> = []
  let next = 0
  for (const old of removed) {
    // Only the near ones are tried: a moved paragraph is one removed and one added.
    const reach = Math.min(added.length, next + 3)
    let found: Block | null = null
    let at = next
    for (; at < reach && found === null; at += 1) found = changedParagraph(old, added[at]!)
    if (found === null) {
      blocks.push({ kind: "removed", text: old })
      continue
    }
    for (; next < at - 1; next += 1) blocks.push({ kind: "added", text: added[next]! })
    blocks.push(found)
    next = at
  }
  for (; next < added.length; next += 1) blocks.push({ kind: "added", text: added[next]! })
  return blocks
}

export const diffTexts = (before: string, after: string): TextDiff => {
  const [old, young] = [paragraphsOf(before), paragraphsOf(after)]
  const runs = runsOf(old, young, paragraphEditsMax)
  const blocks: Array<Block> = []
  if (runs === undefined) {
    blocks.push({ kind: "removed", text: old.join("\n") }, { kind: "added", text: young.join("\n") })
  } else {
    for (let index = 0; index < runs.length; index += 1) {
      const run = runs[index]!
      const following = runs[index + 1]
      if (run.kind === "removed" && following?.kind === "added") {
        blocks.push(...pairUp(run.value, following.value))
        index += 1
      } else blocks.push(...run.value.map((text): Block => ({ kind: run.kind, text })))
    }
  }
  const sizes = [old, young].map((paragraphs) => paragraphs.reduce((sum, each) => sum + each.length, 0))
  return {
    blocks,
    addedChars: charsOf(blocks, "added"),
    removedChars: charsOf(blocks, "removed"),
    growth: sizes[0] === 0 ? null : (sizes[1]! - sizes[0]!) / sizes[0]!,
    exact: runs !== undefined,
  }
}

const charsOf = (blocks: ReadonlyArray<Block>, kind: "added" | "removed"): number =>
  blocks.reduce(
    (sum, block) =>
      sum +
      (block.kind === "changed"
        ? block.pieces.reduce((inner, piece) => inner + (piece.kind === kind ? piece.text.length : 0), 0)
        : block.kind === kind
          ? block.text.length
          : 0),
    0,
  )
