/** The sectors as rows, virtual; each column head sorts. */
import { useLingui as useRuntime } from "@lingui/react"
import { Trans, useLingui } from "@lingui/react/macro"
import { useVirtualizer } from "@tanstack/react-virtual"
import { memo, useMemo, useRef, useState, type ReactNode } from "react"
import { duration, isoTime } from "../lib/format.ts"
import { useMedia } from "../lib/media.ts"
import { useFastNow } from "../lib/now.ts"
import { useStore } from "../lib/Store.ts"
import type { SectorSummary } from "../lib/types.ts"
import { clock, sealingNow } from "../lib/world.ts"
import { SectorState } from "./SectorState.tsx"
import { timeOf } from "./times.ts"
import { glosses, kindOf } from "./states.ts"

type SortKey = "number" | "state" | "since"
const rowHeight = 36
const narrowHeight = 56

const compare: Readonly<Record<SortKey, (a: SectorSummary, b: SectorSummary) => number>> = {
  number: (a, b) => a.number - b.number,
  state: (a, b) => rank(a) - rank(b) || a.state.localeCompare(b.state) || a.number - b.number,
  since: (a, b) => (timeOf(a.since) ?? 0) - (timeOf(b.since) ?? 0) || a.number - b.number,
}
/** Trouble first. */
const rank = (sector: SectorSummary) =>
  ["failed", "wait", "work", "intake", "leaving", "good", "gone"].indexOf(kindOf(sector.state))

const Since = ({ since }: { readonly since: string | null }) => {
  const read = useStore(clock)
  const now = useFastNow()
  const at = timeOf(since)
  if (read === null || at === null) return <>–</>
  return (
    <span title={isoTime(at)}>
      {duration(Math.max(0, Math.floor((sealingNow(read, now) - at) / 60_000) * 60_000) || 1_000)}
    </span>
  )
}

/** The daemon's reasons are English: a reader of another language gets what the state means before them. */
const Why = ({ sector }: { readonly sector: SectorSummary }) => {
  const { _, i18n } = useRuntime()
  const gloss = i18n.locale === "en" ? undefined : glosses[sector.state]
  return (
    <>
      {gloss !== undefined && <span className="text-fg">{_(gloss)} </span>}
      <span lang="en">{sector.why}</span>
    </>
  )
}

interface RowProps {
  readonly sector: SectorSummary
  readonly index: number
  readonly top: number
  readonly height: number
  readonly chosen: boolean
}

const Row = memo(({ sector, index, top, height, chosen }: RowProps) => (
  <div
    role="row"
    aria-rowindex={index + 2}
    data-sector={sector.number}
    data-checked={chosen}
    className="row sectors-grid cursor-pointer"
    style={{ height, transform: `translateY(${top}px)` }}
  >
    <span role="cell" className="tnum">
      <button type="button" className="link font-semibold" aria-current={chosen ? "true" : undefined}>
        {sector.number}
      </button>
    </span>
    <span role="cell" className="min-w-0">
      <SectorState state={sector.state} />
      <span className="mt-0.5 block truncate text-xs text-muted min-[721px]:hidden">
        <Why sector={sector} />
      </span>
    </span>
    <span
      role="cell"
      className="truncate text-[0.8125rem] text-muted max-[720px]:hidden"
      title={sector.why ?? undefined}
    >
      <Why sector={sector} />
    </span>
    <span role="cell" className="tnum text-right text-xs whitespace-nowrap text-muted">
      <Since since={sector.since} />
    </span>
    <span role="cell" className="tnum text-right text-xs text-muted only-wide">
      {sector.pieces}
    </span>
    <span role="cell" className="tnum text-right text-xs text-muted only-wide">
      {sector.deals}
    </span>
    <span
      role="cell"
      className="truncate text-xs text-failed only-wide"
      lang="en"
      title={sector.lastError ?? undefined}
    >
      {sector.lastError}
    </span>
  </div>
))
Row.displayName = "Row"

interface Props {
  readonly sectors: ReadonlyArray<SectorSummary>
  readonly chosen: number | null
  readonly onChoose: (number: number) => void
}

interface HeadProps {
  readonly id: SortKey
  readonly sort: { readonly by: SortKey; readonly down: boolean }
  readonly onSort: (by: SortKey) => void
  readonly className?: string
  readonly children: ReactNode
}

const Head = ({ id, sort, onSort, className, children }: HeadProps) => (
  <span
    role="columnheader"
    aria-sort={sort.by === id ? (sort.down ? "descending" : "ascending") : "none"}
    className={className}
  >
    <button type="button" className="hover:text-fg" onClick={() => onSort(id)}>
      {children}
      {sort.by === id && <span aria-hidden="true"> {sort.down ? "↓" : "↑"}</span>}
    </button>
  </span>
)

export const SectorTable = ({ sectors, chosen, onChoose }: Props) => {
  const { t } = useLingui()
  const narrow = useMedia("(max-width: 720px)")
  const height = narrow ? narrowHeight : rowHeight
  const scroller = useRef<HTMLDivElement>(null)
  const [sort, setSort] = useState<{ readonly by: SortKey; readonly down: boolean }>({
    by: "number",
    down: true,
  })
  const rows = useMemo(() => {
    const sorted = [...sectors].sort(compare[sort.by])
    return sort.down ? sorted.reverse() : sorted
  }, [sectors, sort])
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 10,
  })
  const onSort = (by: SortKey) => setSort((before) => ({ by, down: before.by === by ? !before.down : false }))
  return (
    <div className="sectors card flex min-h-80 grow flex-col overflow-clip">
      <div
        ref={scroller}
        role="table"
        tabIndex={0}
        aria-label={t`Sectors`}
        aria-rowcount={rows.length + 1}
        className="h-[max(20rem,calc(100dvh-18rem))] overflow-y-auto [contain:strict] [overflow-anchor:none] focus-visible:outline-offset-[-2px]"
        onClick={(event) => {
          const row =
            event.target instanceof Element ? event.target.closest<HTMLElement>("[data-sector]") : null
          if (row !== null) onChoose(Number(row.dataset["sector"]))
        }}
      >
        <div role="rowgroup" className="sticky top-0 z-10 border-b border-line bg-raised">
          <div
            role="row"
            aria-rowindex={1}
            className="sectors-grid eyebrow grid h-9 items-center gap-x-3 px-3"
          >
            <Head id="number" sort={sort} onSort={onSort}>
              <Trans>No.</Trans>
            </Head>
            <Head id="state" sort={sort} onSort={onSort}>
              <Trans>State</Trans>
            </Head>
            <span role="columnheader" className="max-[720px]:hidden">
              <Trans>Why</Trans>
            </span>
            <Head id="since" sort={sort} onSort={onSort} className="text-right">
              <Trans>For</Trans>
            </Head>
            <span role="columnheader" className="text-right only-wide">
              <Trans>Pieces</Trans>
            </span>
            <span role="columnheader" className="text-right only-wide">
              <Trans>Deals</Trans>
            </span>
            <span role="columnheader" className="only-wide">
              <Trans>Last error</Trans>
            </span>
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const sector = rows[item.index]
            if (sector === undefined) return null
            return (
              <Row
                key={sector.number}
                sector={sector}
                index={item.index}
                top={item.start}
                height={height}
                chosen={sector.number === chosen}
              />
            )
          })}
        </div>
      </div>
    </div>
  )
}
