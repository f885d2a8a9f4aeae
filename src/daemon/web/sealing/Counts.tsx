/** The strip of counts, as operators know it from `lotus-miner info`; it copies as that text. */
import { useLingui as useRuntime } from "@lingui/react"
import { Trans, useLingui } from "@lingui/react/macro"
import { useState } from "react"
import { count, exact } from "../lib/format.ts"
import type { Counts as CountsDocument, Machine } from "../lib/types.ts"
import { Icon } from "../parts/Icon.tsx"
import { kindGlyphs, kindOf, kindWords, type Filter, type Kind } from "./states.ts"

const shownKinds: ReadonlyArray<Kind> = ["good", "intake", "work", "wait", "failed", "leaving", "gone"]

export const sumOfKind = (counts: CountsDocument, kind: Kind): number =>
  Object.entries(counts).reduce(
    (sum, [state, n]) => (state !== "" && kindOf(state) === kind ? sum + n : sum),
    0,
  )

/** All of them, as in `lotus-miner info`: the sum of what stands beside it. */
const totalOf = (counts: CountsDocument): number =>
  Object.entries(counts).reduce((sum, [state, n]) => (state === "" ? sum : sum + n), 0)

/** In the order of the machine's own list of states, those with sectors only. */
const countsText = (machine: Machine, counts: CountsDocument, needy: number): string => {
  const lines = machine.states
    .filter((name) => (counts[name] ?? 0) > 0)
    .map((name) => `\t${name}: ${counts[name]}`)
  const rest = needy === 0 ? [] : [`\tNeeds you: ${needy}`]
  return ["Sectors:", `\tTotal: ${totalOf(counts)}`, ...lines, ...rest].join("\n")
}

interface Props {
  readonly machine: Machine
  readonly counts: CountsDocument
  /** So many rest until somebody moves them. */
  readonly needy: number
  readonly kind: Filter | null
  readonly onKind: (kind: Filter | null) => void
}

export const Counts = ({ machine, counts, needy, kind, onKind }: Props) => {
  const { t } = useLingui()
  const { _ } = useRuntime()
  const [copied, setCopied] = useState(false)
  const total = totalOf(counts)
  const copy = () =>
    void navigator.clipboard.writeText(countsText(machine, counts, needy)).then(() => {
      setCopied(true)
      setTimeout(() => setCopied(false), 1_500)
    })
  return (
    <div
      role="group"
      aria-label={t`Sectors by kind of state`}
      className="flex flex-wrap items-center gap-1.5"
    >
      <span className="tnum mr-1 whitespace-nowrap" title={exact(total)}>
        <span className="text-muted">
          <Trans>Total</Trans>
        </span>{" "}
        <strong className="font-semibold">{count(total)}</strong>
      </span>
      {shownKinds.map((each) => {
        const sectors = sumOfKind(counts, each)
        if (sectors === 0 && (each === "leaving" || each === "gone" || each === "intake")) return null
        return (
          <button
            key={each}
            type="button"
            data-kind={each}
            aria-pressed={kind === each}
            onClick={() => onKind(kind === each ? null : each)}
            className={`state h-7 aria-pressed:ring-2 aria-pressed:ring-accent ${sectors === 0 ? "k-gone" : `k-${each}`}`}
          >
            <Icon name={kindGlyphs[each]} />
            {_(kindWords[each])}
            <span className="tnum" title={exact(sectors)}>
              {count(sectors)}
            </span>
          </button>
        )
      })}
      {(needy > 0 || kind === "needs-you") && (
        <button
          type="button"
          data-kind="needs-you"
          aria-pressed={kind === "needs-you"}
          title={t`Nothing is scheduled for them: they go on when you send them an event`}
          onClick={() => onKind(kind === "needs-you" ? null : "needs-you")}
          className="state k-failed h-7 font-semibold ring-1 ring-(--k) aria-pressed:ring-2 aria-pressed:ring-accent"
        >
          <Icon name="alert" />
          <Trans>needs you</Trans>
          <span className="tnum" title={exact(needy)}>
            {count(needy)}
          </span>
        </button>
      )}
      <button type="button" className="btn btn-quiet btn-small text-muted" onClick={copy}>
        <Icon name={copied ? "check" : "copy"} size={14} />
        {copied ? <Trans>copied</Trans> : <Trans>copy as text</Trans>}
      </button>
    </div>
  )
}
