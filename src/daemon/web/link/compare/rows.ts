/**
 * A compared text as rows to show: runs of unchanged paragraphs are folded but for the one beside a change, and each
 * change has its number. Pure.
 */
import type { DiffBlock } from "../../lib/types.ts"

export type Row =
  | { readonly kind: "fold"; readonly from: number; readonly count: number }
  | { readonly kind: "block"; readonly at: number; readonly block: DiffBlock; readonly change: number | null }

/** Unchanged paragraphs that stay beside a change. */
const context = 1
/** A fold that would hide less than this is not worth its line. */
const foldAtLeast = 2

/** Changes that follow each other are one change to go to. */
export const rowsOf = (blocks: ReadonlyArray<DiffBlock>, open: ReadonlySet<number>): ReadonlyArray<Row> => {
  const rows: Array<Row> = []
  let changes = 0
  for (let at = 0; at < blocks.length;) {
    const block = blocks[at]
    if (block === undefined) break
    if (block.kind !== "same") {
      const goesOn = at > 0 && blocks[at - 1]?.kind !== "same"
      rows.push({ kind: "block", at, block, change: goesOn ? null : changes })
      if (!goesOn) changes += 1
      at += 1
      continue
    }
    let end = at
    while (end < blocks.length && blocks[end]?.kind === "same") end += 1
    const from = at === 0 ? 0 : at + context
    const to = end === blocks.length ? end : end - context
    for (; at < end; at += 1) {
      const folded = at >= from && at < to && to - from >= foldAtLeast && !open.has(from)
      if (!folded) rows.push({ kind: "block", at, block: blocks[at] as DiffBlock, change: null })
      else if (at === from) rows.push({ kind: "fold", from, count: to - from })
    }
  }
  return rows
}

export const changesIn = (rows: ReadonlyArray<Row>): number =>
  rows.filter((row) => row.kind === "block" && row.change !== null).length
