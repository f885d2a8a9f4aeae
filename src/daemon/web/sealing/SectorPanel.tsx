/** One sector: where it is, why it waits, what can be sent to it, its record and its log. */
import { Trans, useLingui } from "@lingui/react/macro"
import { lazy, Suspense, useEffect, useRef, useState } from "react"
import { api, ApiError } from "../lib/api.ts"
import { onMessage } from "../lib/events.ts"
import { attempt } from "../lib/toast.ts"
import type { Machine, SectorLogEntry, SectorRecord, SectorSummary } from "../lib/types.ts"
import { useOffline } from "../parts/Connection.tsx"
import { Icon } from "../parts/Icon.tsx"
import { LazyMenu } from "../parts/LazyMenu.tsx"
import { Refused } from "../parts/Refused.tsx"
import { SectorLog } from "./SectorLog.tsx"
import { SectorState } from "./SectorState.tsx"
import { WhyWaiting } from "./WhyWaiting.tsx"
import { kindOf } from "./states.ts"
import type { Drastic } from "./EventDialog.tsx"

const Confirm = lazy(() => import("./Confirm.tsx").then((module) => ({ default: module.Confirm })))
const EventDialog = lazy(() => import("./EventDialog.tsx"))

interface Loaded {
  readonly record: SectorRecord
  readonly log: ReadonlyArray<SectorLogEntry>
}
const againMillis = 400

const useSector = (number: number): { readonly loaded: Loaded | null; readonly error: ApiError | null } => {
  const [loaded, setLoaded] = useState<Loaded | null>(null)
  const [error, setError] = useState<ApiError | null>(null)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let live = true
    const load = async () => {
      timer = undefined
      try {
        const [record, { log }] = await Promise.all([
          api<SectorRecord>("GET", `/sectors/${number}`),
          api<{ readonly log: ReadonlyArray<SectorLogEntry> }>("GET", `/sectors/${number}/log`),
        ])
        if (live) {
          setLoaded({ record, log })
          setError(null)
        }
      } catch (cause) {
        if (live) setError(cause instanceof ApiError ? cause : new ApiError(0, "unknown", String(cause)))
      }
    }
    void load()
    const later = () => {
      timer ??= setTimeout(() => void load(), againMillis)
    }
    const stops = [
      onMessage("reset", later),
      onMessage("change", ({ kind, id }) => {
        if (kind === "sector" && String(id) === String(number)) later()
      }),
    ]
    return () => {
      live = false
      clearTimeout(timer)
      for (const stop of stops) stop()
    }
  }, [number])
  return { loaded, error }
}

const show = (value: unknown): string => {
  if (typeof value === "object" && value !== null) {
    const cid = "/" in value ? value["/"] : undefined
    return typeof cid === "string" ? cid : JSON.stringify(value)
  }
  return String(value)
}

const isNothing = (value: unknown) =>
  value === null ||
  value === undefined ||
  value === "" ||
  value === 0 ||
  value === "0" ||
  (Array.isArray(value) && value.length === 0)

const hiddenFields = new Set(["Log", "log", "State", "SectorNumber", "why", "until", "since", "waiting"])

const Record = ({ record }: { readonly record: SectorRecord }) => (
  <dl className="text-[0.8125rem]">
    {Object.entries(record)
      .filter(([name, value]) => !hiddenFields.has(name) && !isNothing(value))
      .map(([name, value]) => (
        <div
          key={name}
          className="grid grid-cols-[9rem_minmax(0,1fr)] gap-3 border-b border-line/70 py-1 last:border-0"
        >
          <dt className="truncate text-muted" title={name}>
            {name}
          </dt>
          <dd className="line-clamp-3 font-mono text-xs leading-5 break-all" title={show(value)}>
            {show(value)}
          </dd>
        </div>
      ))}
  </dl>
)

/** The events that need no payload and push a stuck sector on: they get a button of their own. */
const retriesOf = (machine: Machine, state: string): ReadonlyArray<string> => [
  ...new Set(
    machine.transitions
      .filter(
        ({ from, event }) =>
          from === state && (event.startsWith("SectorRetry") || event === "SectorStartPacking"),
      )
      .map(({ event }) => event),
  ),
]

/** The states in which a sector collects pieces and can be packed by hand. */
const collecting: ReadonlySet<string> = new Set(["Empty", "WaitDeals", "AddPiece", "AddPieceFailed"])

const Actions = ({
  number,
  state,
  plain,
  machine,
}: {
  readonly number: number
  readonly state: string
  /** Proven without deals and not marked: it can be marked for upgrade. */
  readonly plain: boolean
  readonly machine: Machine
}) => {
  const { t } = useLingui()
  const off = useOffline() !== null
  const [menu, setMenu] = useState(false)
  const [dialog, setDialog] = useState<Drastic | "send" | null>(null)
  const [drill, setDrill] = useState<"seal" | "upgrade" | null>(null)
  const more = useRef<HTMLButtonElement>(null)
  const retries = kindOf(state) === "failed" || state === "WaitDeals" ? retriesOf(machine, state) : []
  const send = (event: string) =>
    void attempt(() => api("POST", `/sectors/${number}/events`, { body: { event } }))
  return (
    <div className="flex flex-wrap gap-2">
      {retries.map((event) => (
        <button
          key={event}
          type="button"
          lang="en"
          className="btn btn-small"
          disabled={off}
          onClick={() => send(event)}
        >
          {event.replace(/^Sector/, "")}
        </button>
      ))}
      {collecting.has(state) && (
        <button type="button" className="btn btn-small" disabled={off} onClick={() => setDrill("seal")}>
          <Trans>Seal now</Trans>
        </button>
      )}
      {plain && (
        <button type="button" className="btn btn-small" disabled={off} onClick={() => setDrill("upgrade")}>
          <Trans>Mark for upgrade</Trans>
        </button>
      )}
      <button type="button" className="btn btn-small" disabled={off} onClick={() => setDialog("send")}>
        <Trans>Send an event</Trans>
      </button>
      <button
        ref={more}
        type="button"
        className="btn btn-small btn-icon"
        aria-haspopup="menu"
        aria-label={t`More`}
        onClick={() => setMenu(true)}
      >
        <Icon name="more" />
      </button>
      {menu && (
        <LazyMenu
          at={more}
          label={t`More`}
          onClose={() => setMenu(false)}
          rows={[
            {
              id: "force",
              text: t`Force a state`,
              icon: "alert",
              disabled: off,
              run: () => setDialog("force"),
            },
            {
              id: "terminate",
              text: t`Terminate`,
              icon: "leave",
              disabled: off,
              run: () => setDialog("terminate"),
            },
            {
              id: "remove",
              text: t`Remove`,
              icon: "remove",
              disabled: off,
              apart: true,
              run: () => setDialog("remove"),
            },
          ]}
        />
      )}
      <Suspense fallback={null}>
        {drill === "seal" && (
          <Confirm
            title={<Trans>Seal sector {number} now</Trans>}
            words={
              <Trans>
                The sector takes no more deals: what room is left is filled with zeros, and it goes its way to
                Proving. A piece that is being written is finished first.
              </Trans>
            }
            command={`bin/linkseal sectors seal ${number}`}
            action={<Trans>Seal now</Trans>}
            run={() => api("POST", `/sectors/${number}/seal`)}
            onClose={() => setDrill(null)}
          />
        )}
        {drill === "upgrade" && (
          <Confirm
            title={<Trans>Mark sector {number} for upgrade</Trans>}
            words={
              <Trans>
                The next sector with deals takes the place of this one: when it is proven, this one expires on
                the modelled chain. The mark is forgotten when the daemon is restarted.
              </Trans>
            }
            command={`bin/linkseal sectors mark-for-upgrade ${number}`}
            action={<Trans>Mark for upgrade</Trans>}
            run={() => api("POST", `/sectors/${number}/upgrade`)}
            onClose={() => setDrill(null)}
          />
        )}
        {dialog !== null && (
          <EventDialog
            number={number}
            state={state}
            machine={machine}
            mode={dialog}
            onClose={() => setDialog(null)}
          />
        )}
      </Suspense>
    </div>
  )
}

interface Props {
  readonly number: number
  readonly summary: SectorSummary | undefined
  readonly machine: Machine
  readonly onClose: () => void
}

export const SectorPanel = ({ number, summary, machine, onClose }: Props) => {
  const { t } = useLingui()
  const { loaded, error } = useSector(number)
  const [tab, setTab] = useState<"log" | "record">("log")
  const state = summary?.state ?? (typeof loaded?.record["State"] === "string" ? loaded.record["State"] : "")
  return (
    <section aria-label={t`Sector ${number}`} className="card flex min-w-0 flex-col gap-3 p-4">
      <div className="flex items-start justify-between gap-2">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h2 className="tnum text-base font-semibold">
            <Trans>Sector {number}</Trans>
          </h2>
          {loaded !== null && <SectorState state={state} />}
          {summary?.needsOperator === true && (
            <span className="state k-failed font-semibold">
              <Icon name="alert" />
              <Trans>needs you</Trans>
            </span>
          )}
          {summary?.marked === true && (
            <span className="state k-intake">
              <Trans>marked for upgrade</Trans>
            </span>
          )}
        </div>
        <button
          type="button"
          className="btn btn-quiet btn-small btn-icon -mt-1 -mr-2"
          aria-label={t`Close`}
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      </div>
      {error !== null && (
        <p role="alert" className="text-failed">
          {error.status === 404 ? <Trans>There is no sector {number}.</Trans> : <Refused cause={error} />}
        </p>
      )}
      {loaded !== null && (
        <>
          <WhyWaiting
            state={state}
            kind={loaded.record.waiting?.kind ?? null}
            why={summary?.why ?? loaded.record.waiting?.text ?? ""}
            since={summary?.since ?? null}
            until={summary?.until ?? loaded.record.waiting?.until ?? null}
          />
          {summary !== undefined && (summary.lastError ?? "") !== "" && (
            <p lang="en" className="text-[0.8125rem] text-failed [overflow-wrap:anywhere]">
              {summary.lastError}
            </p>
          )}
          <Actions
            number={number}
            state={state}
            plain={
              state === "Proving" && summary !== undefined && summary.deals === 0 && summary.marked !== true
            }
            machine={machine}
          />
          <div>
            <div role="group" aria-label={t`What to show`} className="seg mb-2">
              <button type="button" aria-pressed={tab === "log"} onClick={() => setTab("log")}>
                <Trans>Log</Trans>
                <span className="tnum ml-1.5 text-xs text-muted">{loaded.log.length}</span>
              </button>
              <button type="button" aria-pressed={tab === "record"} onClick={() => setTab("record")}>
                <Trans>Record</Trans>
              </button>
            </div>
            {tab === "log" ? <SectorLog log={loaded.log} /> : <Record record={loaded.record} />}
          </div>
        </>
      )}
    </section>
  )
}
