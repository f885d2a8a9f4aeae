/** A state as glyph, word and tint: colour is never alone. */
import { useLingui } from "@lingui/react"
import { linkLooks } from "../links/states.ts"
import type { LinkState, Progress } from "../lib/types.ts"
import { Icon } from "./Icon.tsx"

/** How far a capture is: the true share of its steps, no guess. */
const Ring = ({ done, total }: { readonly done: number; readonly total: number }) => {
  const round = 2 * Math.PI * 5.25
  const share = total > 0 ? Math.min(1, done / total) : 0
  return (
    <svg aria-hidden="true" width="16" height="16" viewBox="0 0 16 16" className="shrink-0 -rotate-90">
      <circle cx="8" cy="8" r="5.25" fill="none" stroke="currentColor" strokeWidth="2" opacity="0.25" />
      <circle
        cx="8"
        cy="8"
        r="5.25"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeDasharray={`${share * round} ${round}`}
      />
    </svg>
  )
}

export const StateMark = ({
  state,
  progress,
}: {
  readonly state: LinkState
  readonly progress?: Progress | undefined
}) => {
  const { _ } = useLingui()
  const look = linkLooks[state] ?? linkLooks.queued
  const known = progress !== undefined && progress.total > 0
  return (
    <span className={`state ${look.kind}`} data-state={state}>
      {known ? <Ring done={progress.done} total={progress.total} /> : <Icon name={look.glyph} />}
      {_(look.word)}
      {known && (
        <span className="tnum font-normal">
          {progress.done}/{progress.total}
        </span>
      )}
    </span>
  )
}
