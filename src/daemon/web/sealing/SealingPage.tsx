/**
 * The sealing room: a simulated world, and labelled so. Board or table, one sector beside it, the clock on top. What is
 * chosen is in the address.
 */
import { useLingui as useRuntime } from "@lingui/react"
import { Plural, Trans, useLingui } from "@lingui/react/macro"
import { lazy, Suspense, useEffect, useRef } from "react"
import { useLocation } from "wouter"
import { useKeys } from "../lib/keys.ts"
import { useMedia } from "../lib/media.ts"
import { useSearch } from "../lib/search.ts"
import { useStore } from "../lib/Store.ts"
import type { Machine, SectorSummary } from "../lib/types.ts"
import { OfflineBand } from "../parts/Connection.tsx"
import { Empty } from "../parts/Empty.tsx"
import { Banner } from "../parts/Feedback.tsx"
import { Icon } from "../parts/Icon.tsx"
import { PageHead, useTitle } from "../parts/PageHead.tsx"
import { Refused } from "../parts/Refused.tsx"
import { Segments } from "../parts/Segments.tsx"
import { Board } from "./Board.tsx"
import { ClockBar, ClockFace, PausedBand } from "./ClockBar.tsx"
import { Counts, sumOfKind } from "./Counts.tsx"
import { loadMachine, machine, machineError, useCounts, useNeedy, useSectors } from "./machine.ts"
import { Pledge } from "./Pledge.tsx"
import { SectorPanel } from "./SectorPanel.tsx"
import { SectorTable } from "./SectorTable.tsx"
import { SectorState } from "./SectorState.tsx"
import { StateGroups } from "./StateGroups.tsx"
import { glosses, kindOf, type Filter } from "./states.ts"
import { onMessage } from "../lib/events.ts"

const Batches = lazy(() => import("./Batches.tsx"))
const World = lazy(() => import("./World.tsx"))

const views = ["board", "table", "batches", "world"] as const
type View = (typeof views)[number]

interface Place {
  readonly view: View
  readonly state: string | null
  readonly kind: Filter | null
  readonly sector: number | null
}

const usePlace = (): readonly [Place, (change: Partial<Place>) => void] => {
  const [, navigate] = useLocation()
  const search = new URLSearchParams(useSearch())
  const sector = search.get("sector")
  const place: Place = {
    view: views.find((view) => view === search.get("view")) ?? "board",
    state: search.get("state"),
    kind: search.get("kind") as Filter | null,
    sector: sector !== null && /^\d+$/.test(sector) ? Number(sector) : null,
  }
  const go = (change: Partial<Place>) => {
    const next = { ...place, ...change }
    const parameters = new URLSearchParams()
    if (next.view !== "board") parameters.set("view", next.view)
    if (next.state !== null) parameters.set("state", next.state)
    if (next.kind !== null) parameters.set("kind", next.kind)
    if (next.sector !== null) parameters.set("sector", String(next.sector))
    const text = parameters.toString()
    navigate(text === "" ? "/sealing" : `/sealing?${text}`, {
      replace: change.sector === undefined && change.view === undefined,
    })
  }
  return [place, go]
}

const Simulated = () => (
  <span className="k-leaving flex items-center gap-1.5 rounded-full bg-(--kb) px-2.5 py-0.5 text-xs font-semibold whitespace-nowrap text-(--k)">
    <Icon name="sealing" size={14} />
    <Trans>Simulated world</Trans>
  </span>
)

const shownInState = 200

/** The sectors of the chosen state or kind, beside the board. */
const InState = ({
  title,
  sectors,
  onSector,
}: {
  readonly title: string
  readonly sectors: ReadonlyArray<SectorSummary>
  readonly onSector: (number: number) => void
}) => {
  const { _ } = useRuntime()
  const gloss = glosses[title]
  const rest = sectors.length - shownInState
  return (
    <section className="card p-4" aria-label={title}>
      <h2 className="flex flex-wrap items-center gap-2 font-semibold">
        <SectorState state={title} />
        <span className="tnum text-xs font-normal text-muted">
          <Plural value={sectors.length} one="# sector" other="# sectors" />
        </span>
      </h2>
      {gloss !== undefined && <p className="mt-1 text-[0.8125rem] text-muted">{_(gloss)}</p>}
      <ul className="mt-3 flex flex-wrap gap-1.5">
        {sectors.slice(0, shownInState).map((sector) => (
          <li key={sector.number}>
            <button type="button" className="btn btn-small tnum" onClick={() => onSector(sector.number)}>
              {sector.number}
            </button>
          </li>
        ))}
      </ul>
      {rest > 0 && (
        <p className="mt-2 text-xs text-muted">
          <Plural value={rest} one="and # more" other="and # more" />
        </p>
      )}
      {sectors.length === 0 && (
        <p className="mt-2 text-muted">
          <Trans>No sector is in this state now.</Trans>
        </p>
      )}
    </section>
  )
}

const NoSectors = () => (
  <div className="card mb-4 flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-3">
    <Icon name="sealing" className="text-muted" />
    <strong className="font-semibold">
      <Trans>No sector yet.</Trans>
    </strong>
    <span className="text-muted">
      <Trans>Pledge one above, and watch it go its way down the middle of the board to Proving.</Trans>
    </span>
  </div>
)

interface RoomProps {
  readonly table: Machine
  readonly place: Place
  readonly go: (change: Partial<Place>) => void
}

const matching = (sectors: ReadonlyArray<SectorSummary>, place: Place) =>
  sectors.filter(
    (sector) =>
      (place.state === null || sector.state === place.state) &&
      (place.kind === null ||
        (place.kind === "needs-you" ? sector.needsOperator === true : kindOf(sector.state) === place.kind)),
  )

const Room = ({ table, place, go }: RoomProps) => {
  const counts = useCounts()
  const needy = useNeedy()
  const narrow = useMedia("(max-width: 899px)")
  const wanted = place.state === "Removed" || place.kind === "gone" ? "Removed" : ""
  const { sectors, error } = useSectors(
    wanted,
    place.view === "table" || place.state !== null || place.sector !== null,
  )
  const listed = matching(sectors ?? [], place)
  const aside = useRef<HTMLElement>(null)
  useEffect(() => {
    // On a phone the panel stands above the list one pressed in.
    if (narrow && place.sector !== null) aside.current?.scrollIntoView({ block: "start" })
  }, [narrow, place.sector])
  const side = place.sector !== null || (place.view === "board" && place.state !== null)
  const crowded = side && place.view === "board"
  useEffect(() => {
    document.documentElement.dataset["crowded"] = String(crowded)
    return () => void delete document.documentElement.dataset["crowded"]
  }, [crowded])
  const chooseState = (state: string | null) => go({ state, kind: null, sector: null })
  const goSector = (sector: number) => go({ sector })
  const total = Object.values(counts).reduce((sum, n) => sum + n, 0)
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-3 pt-3 sm:px-4">
        <ClockBar />
        <Pledge />
      </div>
      <div className="px-3 py-3 sm:px-4">
        <Counts
          machine={table}
          counts={counts}
          needy={needy}
          kind={place.kind}
          onKind={(kind) => go({ kind, state: null, view: kind === null ? place.view : "table" })}
        />
      </div>
      <div
        className={`grid grow content-start gap-4 px-3 pb-6 sm:px-4 ${side ? "lg:grid-cols-[minmax(0,1fr)_19rem] min-[1700px]:grid-cols-[minmax(0,1fr)_23rem]" : ""}`}
      >
        {side && (
          <aside ref={aside} className="min-w-0 scroll-mt-14 lg:order-2">
            {place.sector !== null ? (
              <SectorPanel
                key={place.sector}
                number={place.sector}
                machine={table}
                summary={sectors?.find((each) => each.number === place.sector)}
                onClose={() => go({ sector: null })}
              />
            ) : (
              <InState title={place.state ?? ""} sectors={listed} onSector={(sector) => go({ sector })} />
            )}
          </aside>
        )}
        <div className="min-w-0">
          {total === 0 && place.view !== "world" && <NoSectors />}
          {error !== null && (
            <p role="alert" className="mb-2 text-failed">
              <Refused cause={error} />
            </p>
          )}
          {place.view === "batches" || place.view === "world" ? (
            <Suspense fallback={<div className="min-h-40" aria-busy="true" />}>
              {place.view === "batches" ? <Batches onSector={goSector} /> : <World onSector={goSector} />}
            </Suspense>
          ) : place.view === "table" ? (
            <Listed place={place} listed={listed} go={go} loading={sectors === null} />
          ) : narrow ? (
            <StateGroups machine={table} counts={counts} chosen={place.state} onChoose={chooseState} />
          ) : (
            <div className="card overflow-x-auto p-2">
              <div className={side ? "board-small min-w-192" : "min-w-250"}>
                <Board machine={table} counts={counts} chosen={place.state} onChoose={chooseState} />
              </div>
            </div>
          )}
        </div>
      </div>
    </>
  )
}

const Listed = ({
  place,
  listed,
  go,
  loading,
}: {
  readonly place: Place
  readonly listed: ReadonlyArray<SectorSummary>
  readonly go: RoomProps["go"]
  readonly loading: boolean
}) => {
  const filter = place.state ?? place.kind
  return (
    <>
      {filter !== null && (
        <div className="mb-2 flex items-center gap-2 text-[0.8125rem] text-muted">
          {place.state !== null && <SectorState state={place.state} />}
          <Plural value={listed.length} one="# sector" other="# sectors" />
          <button
            type="button"
            className="btn btn-small btn-quiet"
            onClick={() => go({ state: null, kind: null })}
          >
            <Icon name="close" size={12} />
            <Trans>all sectors</Trans>
          </button>
        </div>
      )}
      {!loading && listed.length === 0 ? (
        <Empty icon="sealing" title={<Trans>No sector here</Trans>} />
      ) : (
        <SectorTable sectors={listed} chosen={place.sector} onChoose={(sector) => go({ sector })} />
      )}
    </>
  )
}

const SealingPage = () => {
  const { t } = useLingui()
  const table = useStore(machine)
  const error = useStore(machineError)
  const [place, go] = usePlace()
  const counts = useCounts()
  const failed = sumOfKind(counts, "failed")
  useTitle(failed > 0 ? `${t`${failed} failed`} · ${t`Sealing`}` : t`Sealing`)
  useKeys({
    tab1: () => go({ view: "board" }),
    tab2: () => go({ view: "table" }),
    tab3: () => go({ view: "batches" }),
    tab4: () => go({ view: "world" }),
  })
  useEffect(() => {
    void loadMachine()
    return onMessage("reset", () => void loadMachine())
  }, [])
  return (
    <>
      <OfflineBand />
      <PageHead>
        <h1 className="text-base font-semibold">
          <Trans>Sealing</Trans>
        </h1>
        <Simulated />
        <div className="flex grow justify-end max-sm:order-last max-sm:basis-full max-sm:justify-start">
          <ClockFace />
        </div>
        <Segments
          label={t`What to show`}
          value={place.view}
          options={[
            { id: "board", text: t`Board` },
            { id: "table", text: t`Table` },
            { id: "batches", text: t`Batches` },
            { id: "world", text: t`World` },
          ]}
          onChange={(view) => go({ view })}
        />
      </PageHead>
      <PausedBand />
      {error !== null && (
        <Banner
          actions={
            <button type="button" className="btn btn-small" onClick={() => void loadMachine()}>
              <Trans>Try again</Trans>
            </button>
          }
        >
          <Trans>
            The machine could not be loaded: <Refused cause={error} />
          </Trans>
        </Banner>
      )}
      {table === null ? (
        <div className="p-6" aria-busy={error === null} />
      ) : (
        <Room table={table} place={place} go={go} />
      )}
    </>
  )
}
export default SealingPage
