/** The board's numbers as a list: for narrow screens, and for whoever reads rather than looks. */
import { useLingui as useRuntime } from "@lingui/react"
import { useLingui } from "@lingui/react/macro"
import { count } from "../lib/format.ts"
import type { Counts, Machine } from "../lib/types.ts"
import { Icon } from "../parts/Icon.tsx"
import { glosses, kindGlyphs, kindOf, kindWords, nameOf, type Kind } from "./states.ts"

const order: ReadonlyArray<Kind> = ["intake", "work", "wait", "good", "failed", "leaving", "gone"]

interface Props {
  readonly machine: Machine
  readonly counts: Counts
  readonly chosen: string | null
  readonly onChoose: (state: string | null) => void
}

export const StateGroups = ({ machine, counts, chosen, onChoose }: Props) => {
  const { t } = useLingui()
  const { _ } = useRuntime()
  const most = Math.max(1, ...machine.states.map((name) => counts[name] ?? 0))
  return (
    <div role="group" aria-label={t`The states of a sector`} className="flex flex-col gap-4">
      {order.map((kind) => (
        <section key={kind} className={`k-${kind}`}>
          <h3 className="mb-1 flex items-center gap-1.5 text-xs font-semibold text-(--k)">
            <Icon name={kindGlyphs[kind]} size={14} />
            {_(kindWords[kind])}
          </h3>
          {machine.states
            .filter((name) => kindOf(name) === kind)
            .map((name) => {
              const sectors = counts[name] ?? 0
              const gloss = glosses[name]
              return (
                <button
                  key={name}
                  type="button"
                  data-state={name}
                  aria-pressed={chosen === name}
                  onClick={() => onChoose(chosen === name ? null : name)}
                  className="relative flex min-h-11 w-full py-0.5 items-center gap-3 rounded-md px-2 text-left hover:bg-fg/5 aria-pressed:bg-sel"
                >
                  <span className="min-w-0 grow">
                    <span className={`block truncate leading-5 ${sectors > 0 ? "font-semibold" : ""}`}>
                      {nameOf(name)}
                    </span>
                    {gloss !== undefined && (
                      <span className="block truncate text-xs text-muted">{_(gloss)}</span>
                    )}
                  </span>
                  {sectors > 0 && (
                    <span
                      aria-hidden="true"
                      className="h-1.5 w-16 shrink-0 overflow-hidden rounded-full bg-fg/8"
                    >
                      <span
                        className="block h-full rounded-full bg-(--k)"
                        style={{ width: `${Math.max(6, (100 * Math.log1p(sectors)) / Math.log1p(most))}%` }}
                      />
                    </span>
                  )}
                  <span className="tnum w-10 shrink-0 text-right">
                    {sectors > 0 ? count(sectors) : <span className="text-muted">0</span>}
                  </span>
                </button>
              )
            })}
        </section>
      ))}
    </div>
  )
}
