/** Which two versions are compared and how, as it stands in the address: `?compare=3..5&as=picture`. */
import { useLocation } from "wouter"
import { useSearch } from "../../lib/search.ts"

export const comparedAs = ["text", "picture", "links", "parts"] as const
export type ComparedAs = (typeof comparedAs)[number]

export interface Compared {
  readonly from: number
  readonly to: number
  /** Null: whatever differs first. */
  readonly as: ComparedAs | null
}

const comparedIn = (search: string): Compared | null => {
  const parameters = new URLSearchParams(search)
  const [, from, to] = /^(\d{1,9})\.\.(\d{1,9})$/.exec(parameters.get("compare") ?? "") ?? []
  if (from === undefined || to === undefined) return null
  const as = comparedAs.find((each) => each === parameters.get("as")) ?? null
  return { from: Number(from), to: Number(to), as }
}

/** What the address says, and a way to say something else; null shows one version again. */
export const useCompared = (): readonly [Compared | null, (next: Compared | null) => void] => {
  const [path, navigate] = useLocation()
  const compared = comparedIn(useSearch())
  const go = (next: Compared | null) => {
    const as = next?.as === null || next === null ? "" : `&as=${next.as}`
    // Opening and closing is a step back; another pair or another view takes its place.
    navigate(next === null ? path : `${path}?compare=${next.from}..${next.to}${as}`, {
      replace: compared !== null && next !== null,
    })
  }
  return [compared, go]
}
