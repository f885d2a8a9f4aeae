/** The sectors as rows, virtual; each column head sorts. */
import { useLingui as useRuntime } from "@lingui/react"
import { Trans, useLingui } from "@lingui/react/macro"
import { useVirtualizer } from "@tanstack/react-virtual"
import { memo, useMemo, useRef, useState, type CSSProperties, type ReactNode } from "react"
import { duration, isoTime } from "../lib/format.ts"
import { useMedia } from "../lib/media.ts"
import { useFastNow } from "../lib/now.ts"
import { useStore } from "../lib/Store.ts"
import type { SectorSummary } from "../lib/types.ts"
import { clock, sealingNow } from "../lib/world.ts"
import { Icon } from "../parts/Icon.tsx"
import { SectorState } from "./SectorState.tsx"
import { timeOf } from "./times.ts"
import { useReason } from "./WhyText.tsx"
import { glosses, kindOf } from "./states.ts"

type SortKey = "number" | "state" | "since" | "left"
const rowHeight = 36
const narrowHeight = 56

const compare: Readonly<Record<SortKey, (a: SectorSummary, b: SectorSummary) => number>> = {
  number: (a, b) => a.number - b.number,
  state: (a, b) => rank(a) - rank(b) || a.state.localeCompare(b.state) || a.number - b.number,
  since: (a, b) => (timeOf(a.since) ?? 0) - (timeOf(b.since) ?? 0) || a.number - b.number,
  left: (a, b) => (timeOf(a.until) ?? Infinity) - (timeOf(b.until) ?? Infinity) || a.number - b.number,
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

/** How long still, on the sealing clock; a dash where nobody can know. */
const Left = ({ until }: { readonly until: SectorSummary["until"] }) => {
  const read = useStore(clock)
  const now = useFastNow()
  const at = timeOf(until)
  if (read === null || at === null) return <>–</>
  const left = at - sealingNow(read, now)
  return (
    <span title={isoTime(at)}>
      {left <= 0 ? <Trans>due</Trans> : duration(Math.ceil(left / leftStep(left)) * leftStep(left))}
    </span>
  )
}
/** Seconds only where they matter. */
const leftStep = (left: number) => (left < 600_000 ? 1_000 : 60_000)

/** A reason that is English to the reader has what the state means before it. */
const Why = ({ sector }: { readonly sector: SectorSummary }) => {
  const { _, i18n } = useRuntime()
  const why = sector.why ?? ""
  const reason = useReason(why)
  const gloss = i18n.locale === "en" ? undefined : glosses[sector.state]
  if (reason !== null && (reason !== "" || gloss === undefined))
    return (
      <span data-why title={reason}>
        {reason}
      </span>
    )
  return (
    <span data-why title={why}>
      {gloss !== undefined && <span className="text-fg">{_(gloss)} </span>}
      <span lang="en">{why}</span>
    </span>
  )
}

/** The columns that say something of at least one row. */
interface Columns {
  readonly pieces: boolean
  readonly deals: boolean
  readonly error: boolean
}

const columnsOf = (sectors: ReadonlyArray<SectorSummary>): Columns => ({
  pieces: sectors.some(({ pieces }) => pieces > 1),
  deals: sectors.some(({ deals }) => deals > 0),
  error: sectors.some(({ lastError }) => (lastError ?? "") !== ""),
})

/** The widths of the columns that only a wide table has. */
const widthsOf = ({ pieces, deals, error }: Columns): string =>
  [pieces && "3.75rem", deals && "3.75rem", error && "minmax(8rem, 0.4fr)"].filter(Boolean).join(" ")

const NeedsYou = () => {
  const { t } = useLingui()
  return (
    <span className="k-failed text-(--k)" role="img" aria-label={t`needs you`} title={t`needs you`}>
      <Icon name="alert" size={14} />
    </span>
  )
}

interface RowProps {
  readonly sector: SectorSummary
  readonly index: number
  readonly top: number
  readonly height: number
  readonly chosen: boolean
  readonly columns: Columns
}

const Row = memo(({ sector, index, top, height, chosen, columns }: RowProps) => (
  <div
    role="row"
    aria-rowindex={index + 2}
    data-sector={sector.number}
    data-checked={chosen}
    data-needs-you={sector.needsOperator === true || undefined}
    className="row sectors-grid cursor-pointer"
    style={{ height, transform: `translateY(${top}px)` }}
  >
    <span role="cell" className="tnum">
      <button type="button" className="link font-semibold" aria-current={chosen ? "true" : undefined}>
        {sector.number}
      </button>
    </span>
    <span role="cell" className="min-w-0">
      <span className="flex items-center gap-1.5">
        <SectorState state={sector.state} />
        {sector.needsOperator === true && <NeedsYou />}
      </span>
      <span className="mt-0.5 block truncate text-xs text-muted min-[721px]:hidden">
        <Why sector={sector} />
      </span>
    </span>
    <span role="cell" className="line-clamp-2 text-xs leading-tight text-muted max-[720px]:hidden">
      <Why sector={sector} />
    </span>
    <span role="cell" className="tnum text-right text-xs whitespace-nowrap text-muted">
      <Since since={sector.since} />
    </span>
    <span role="cell" data-left className="tnum text-right text-xs whitespace-nowrap max-[720px]:hidden">
      <Left until={sector.until} />
    </span>
    {columns.pieces && (
      <span role="cell" className="tnum text-right text-xs text-muted only-wide">
        {sector.pieces}
      </span>
    )}
    {columns.deals && (
      <span role="cell" className="tnum text-right text-xs text-muted only-wide">
        {sector.deals}
      </span>
    )}
    {columns.error && (
      <span
        role="cell"
        className="truncate text-xs text-failed only-wide"
        lang="en"
        title={sector.lastError ?? undefined}
      >
        {sector.lastError}
      </span>
    )}
  </div>
))
Row.displayName = "Row"

interface Props {
  readonly sectors: ReadonlyArray<SectorSummary>
  readonly chosen: number | null
  readonly onChoose: (number: number) => void
}

type Sort = { readonly by: SortKey; readonly down: boolean }

interface HeadProps {
  readonly id: SortKey
  readonly sort: Sort
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

interface HeadsProps {
  readonly sort: Sort
  readonly onSort: (by: SortKey) => void
  readonly columns: Columns
}

const Heads = ({ sort, onSort, columns }: HeadsProps) => (
  <div role="row" aria-rowindex={1} className="sectors-grid eyebrow grid h-9 items-center gap-x-3 px-3">
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
    <Head id="left" sort={sort} onSort={onSort} className="text-right max-[720px]:hidden">
      <Trans>Left</Trans>
    </Head>
    {columns.pieces && (
      <span role="columnheader" className="text-right only-wide">
        <Trans>Pieces</Trans>
      </span>
    )}
    {columns.deals && (
      <span role="columnheader" className="text-right only-wide">
        <Trans>Deals</Trans>
      </span>
    )}
    {columns.error && (
      <span role="columnheader" className="only-wide">
        <Trans>Last error</Trans>
      </span>
    )}
  </div>
)

export const SectorTable = ({ sectors, chosen, onChoose }: Props) => {
  const { t } = useLingui()
  const narrow = useMedia("(max-width: 720px)")
  const height = narrow ? narrowHeight : rowHeight
  const scroller = useRef<HTMLDivElement>(null)
  const [sort, setSort] = useState<Sort>({ by: "number", down: true })
  const { pieces, deals, error } = columnsOf(sectors)
  const columns = useMemo(() => ({ pieces, deals, error }), [pieces, deals, error])
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
    <div
      className="sectors card flex min-h-80 grow flex-col overflow-clip"
      style={{ "--sector-columns": widthsOf(columns) } as CSSProperties}
    >
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
          <Heads sort={sort} onSort={onSort} columns={columns} />
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
                columns={columns}
              />
            )
          })}
        </div>
      </div>
    </div>
  )
}
