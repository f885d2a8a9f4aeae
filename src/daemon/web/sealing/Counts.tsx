/** The strip of counts, as operators know it from `lotus-miner info`; it copies as that text. */
import { useLingui as useRuntime } from "@lingui/react"
import { Trans, useLingui } from "@lingui/react/macro"
import { useState } from "react"
import { count, exact } from "../lib/format.ts"
import type { Counts as CountsDocument, Machine } from "../lib/types.ts"
import { Icon } from "../parts/Icon.tsx"
import { kindGlyphs, kindOf, kindWords, type Kind } from "./states.ts"

const shownKinds: ReadonlyArray<Kind> = ["good", "intake", "work", "wait", "failed", "leaving", "gone"]

export const sumOfKind = (counts: CountsDocument, kind: Kind): number =>
  Object.entries(counts).reduce(
    (sum, [state, n]) => (state !== "" && kindOf(state) === kind ? sum + n : sum),
    0,
  )

/** All that are still there, in whatever state. */
const totalOf = (counts: CountsDocument): number =>
  Object.entries(counts).reduce((sum, [state, n]) => (state === "" || state === "Removed" ? sum : sum + n), 0)

/** In the order of the machine's own list of states, those with sectors only. */
const countsText = (machine: Machine, counts: CountsDocument): string => {
  const total = totalOf(counts) + (counts["Removed"] ?? 0)
  const lines = machine.states
    .filter((name) => (counts[name] ?? 0) > 0)
    .map((name) => `\t${name}: ${counts[name]}`)
  return ["Sectors:", `\tTotal: ${total}`, ...lines].join("\n")
}

interface Props {
  readonly machine: Machine
  readonly counts: CountsDocument
  readonly kind: Kind | null
  readonly onKind: (kind: Kind | null) => void
}

export const Counts = ({ machine, counts, kind, onKind }: Props) => {
  const { t } = useLingui()
  const { _ } = useRuntime()
  const [copied, setCopied] = useState(false)
  const total = totalOf(counts)
  const copy = () =>
    void navigator.clipboard.writeText(countsText(machine, counts)).then(() => {
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
      <button type="button" className="btn btn-quiet btn-small text-muted" onClick={copy}>
        <Icon name={copied ? "check" : "copy"} size={14} />
        {copied ? <Trans>copied</Trans> : <Trans>copy as text</Trans>}
      </button>
    </div>
  )
}
