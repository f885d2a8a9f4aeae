/** Going from change to change, by button or by `n` and `p`: the one that was gone to is marked and in sight. */
import { useState, type RefObject } from "react"
import { useKeys } from "../../lib/keys.ts"

export interface Changes {
  readonly count: number
  /** The one that was gone to; null before the first. */
  readonly at: number | null
  readonly go: (step: 1 | -1) => void
}

/** `place` holds the changes, each with `data-change`. */
export const useChanges = (count: number, place: RefObject<HTMLElement | null>): Changes => {
  const [at, setAt] = useState<number | null>(null)
  const go = (step: 1 | -1) => {
    if (count === 0) return
    const next = at === null ? (step > 0 ? 0 : count - 1) : (at + step + count) % count
    const found = [...(place.current?.querySelectorAll<HTMLElement>("[data-change]") ?? [])]
    for (const each of found) delete each.dataset["current"]
    const target = found[next]
    if (target === undefined) return
    target.dataset["current"] = "true"
    target.scrollIntoView({ block: "center" })
    setAt(next)
  }
  useKeys({ nextChange: () => go(1), previousChange: () => go(-1) })
  return { count, at, go }
}
