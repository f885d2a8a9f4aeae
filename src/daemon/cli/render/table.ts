/**
 * Tables for people: columns as wide as their cells, in a terminal cut to its width. Widths are those of the
 * terminal, where a Chinese character takes two cells and a combining mark none.
 */
import type { Output } from "../Io.ts"
import type { Colour, Paint } from "./paint.ts"
import { harmless } from "./paint.ts"

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1b000}-\u{1b2ff}]|[\u{1f300}-\u{1f64f}]|[\u{1f680}-\u{1faff}]|[\u{20000}-\u{3fffd}]/u
const invisible = /[\p{Mn}\p{Me}\p{Cf}]/u

const widthOf = (character: string) => {
  if (invisible.test(character)) return 0
  return wide.test(character) ? 2 : 1
}

/** Cells of a terminal. */
export const textWidth = (text: string): number => {
  let width = 0
  for (const character of text) width += widthOf(character)
  return width
}

/** At most this many cells; what does not fit ends in an ellipsis. */
export const cut = (text: string, width: number): string => {
  if (textWidth(text) <= width) return text
  let kept = ""
  let used = 0
  for (const character of text) {
    if (used + widthOf(character) > width - 1) break
    kept += character
    used += widthOf(character)
  }
  return width < 1 ? "" : `${kept}…`
}

export interface Cell {
  readonly text: string
  readonly colour?: Colour
}

export interface Column {
  readonly title: string
  /** Left out when no row has anything in it. */
  readonly optional?: boolean
  readonly right?: boolean
  /** Gives way when the terminal is too narrow; one column of a table has it. */
  readonly shrinks?: boolean
}

/** The narrowest a shrinking column gets. */
const leastShrunk = 12
const gap = "  "

const widths = (
  columns: ReadonlyArray<Column>,
  rows: ReadonlyArray<ReadonlyArray<Cell>>,
  limit: number | undefined,
) => {
  const wanted = columns.map(({ title }, index) =>
    Math.max(textWidth(title), ...rows.map((row) => textWidth(row[index]!.text))),
  )
  if (limit === undefined) return wanted
  const excess = wanted.reduce((sum, width) => sum + width, gap.length * (columns.length - 1)) - limit
  return excess <= 0
    ? wanted
    : wanted.map((width, index) =>
        columns[index]!.shrinks === true ? Math.max(Math.min(width, leastShrunk), width - excess) : width,
      )
}

const pad = (text: string, width: number, right: boolean) => {
  const space = " ".repeat(Math.max(0, width - textWidth(text)))
  return right ? space + text : text + space
}

/** The table as lines, or the given words when it has no row. */
export const table = (
  columns: ReadonlyArray<Column>,
  rows: ReadonlyArray<ReadonlyArray<Cell | string | number>>,
  output: Output,
  paint: Paint,
  empty: string,
): string => {
  if (rows.length === 0) return empty
  const cells = rows.map((row) =>
    row.map((cell): Cell => {
      const given = typeof cell === "object" ? cell : { text: String(cell) }
      return { ...given, text: harmless(given.text) }
    }),
  )
  return lines(shown(columns, cells), output, paint)
}

interface Shown {
  readonly columns: ReadonlyArray<Column>
  readonly cells: ReadonlyArray<ReadonlyArray<Cell>>
}

/** Without the optional columns that no row needs. */
const shown = (columns: ReadonlyArray<Column>, cells: ReadonlyArray<ReadonlyArray<Cell>>): Shown => {
  const kept = columns.map(
    ({ optional }, index) => optional !== true || cells.some((row) => row[index]!.text !== ""),
  )
  const only = <A>(row: ReadonlyArray<A>) => row.filter((_, index) => kept[index])
  return { columns: only(columns), cells: cells.map(only) }
}

const lines = ({ columns, cells }: Shown, output: Output, paint: Paint): string => {
  const fitted = widths(columns, cells, output.columns)
  const line = (row: ReadonlyArray<Cell>) =>
    row
      .map(({ text, colour }, index) => {
        const padded = pad(cut(text, fitted[index]!), fitted[index]!, columns[index]!.right === true)
        return colour === undefined ? padded : paint(colour, padded)
      })
      .join(gap)
      .trimEnd()
  return [
    line(columns.map(({ title }) => ({ text: title, colour: "dim" as const }))),
    ...cells.map(line),
  ].join("\n")
}

/** Names and values below each other. */
export const pairs = (
  rows: ReadonlyArray<readonly [string, Cell | string | number]>,
  paint: Paint,
): string => {
  const width = Math.max(...rows.map(([name]) => textWidth(name)))
  return rows
    .map(([name, value]) => {
      const { text, colour } = typeof value === "object" ? value : { text: String(value), colour: undefined }
      const clean = harmless(text)
      return `${paint("dim", pad(name, width, false))}  ${colour === undefined ? clean : paint(colour, clean)}`.trimEnd()
    })
    .join("\n")
}

const sizes = ["B", "KiB", "MiB", "GiB", "TiB"]

/** Bytes for people: `3.4 MiB`. */
export const formatBytes = (bytes: number): string => {
  let [value, unit] = [bytes, 0]
  while (value >= 1024 && unit < sizes.length - 1) [value, unit] = [value / 1024, unit + 1]
  return `${unit === 0 ? value : value.toFixed(1)} ${sizes[unit]}`
}

/** ISO 8601 to `2026-01-02 03:04`, in UTC as everywhere. */
export const formatTime = (iso: string): string => iso.slice(0, 16).replace("T", " ")
