/**
 * Golden files: what the outside sees, kept in `test/golden` and compared as text. `UPDATE_GOLDEN=1` writes them anew; the
 * difference is then read in the commit. On a CI machine they are only ever compared.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect } from "vitest"

const folder = join(dirname(fileURLToPath(import.meta.url)), "..", "golden")

const mayUpdate = () => process.env["UPDATE_GOLDEN"] === "1" && !process.env["CI"]

/** Compares with `test/golden/<name>`; a file that is missing fails, saying how to make it. */
export const expectGolden = (name: string, actual: string): void => {
  const file = join(folder, name)
  const text = actual.endsWith("\n") ? actual : `${actual}\n`
  if (mayUpdate()) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    return
  }
  if (!existsSync(file)) throw new Error(`no golden file ${name}: run the test once with UPDATE_GOLDEN=1`)
  expect(text, `test/golden/${name} (UPDATE_GOLDEN=1 writes it anew)`).toBe(readFileSync(file, "utf8"))
}

/** The same for a JSON value, printed with two blanks and sorted keys so that only content makes a difference. */
export const expectGoldenJson = (name: string, actual: unknown): void =>
  expectGolden(name, JSON.stringify(sortKeys(actual), null, 2))

const sortKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (value === null || typeof value !== "object") return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, content]) => [key, sortKeys(content)]))
}
