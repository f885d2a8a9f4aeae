/** One link: its versions, what each one kept, and what happened when. The last good version is shown first. */
import { Trans, useLingui } from "@lingui/react/macro"
import { lazy, Suspense, useCallback, useEffect, useState } from "react"
import { useLocation } from "wouter"
import { apiAsOf, ApiError } from "../lib/api.ts"
import { changesAfter, onMessage } from "../lib/events.ts"
import { useKeys } from "../lib/keys.ts"
import { details, progress, putDetail, refresh } from "../lib/links.ts"
import { useKey } from "../lib/Store.ts"
import type { LinkDetail, Snapshot } from "../lib/types.ts"
import { OfflineBand } from "../parts/Connection.tsx"
import { Empty } from "../parts/Empty.tsx"
import { Banner } from "../parts/Feedback.tsx"
import { useTitle } from "../parts/PageHead.tsx"
import { Refused } from "../parts/Refused.tsx"
import { useCompared } from "./compare/place.ts"
import { LinkHead } from "./LinkHead.tsx"
import { StateBand } from "./StateBand.tsx"
import { Timeline } from "./Timeline.tsx"
import { Versions } from "./Versions.tsx"
import { Viewer } from "./Viewer.tsx"

const Compare = lazy(() => import("./compare/Compare.tsx"))

const useDetail = (
  id: string,
): { readonly link: LinkDetail | undefined; readonly error: ApiError | null; readonly load: () => void } => {
  const link = useKey(details, id)
  const [error, setError] = useState<ApiError | null>(null)
  const load = useCallback(
    () =>
      void apiAsOf<LinkDetail>("GET", `/links/${encodeURIComponent(id)}`)
        .then(({ document: detail, seq }) => {
          putDetail(detail)
          setError(null)
          // Overtaken by what was heard meanwhile: the answer does not know it.
          if (changesAfter(seq).some((change) => String(change.id) === id)) refresh(id)
        })
        .catch((cause: unknown) =>
          setError(cause instanceof ApiError ? cause : new ApiError(0, "unknown", String(cause))),
        ),
    [id],
  )
  useEffect(() => {
    load()
    return onMessage("reset", load)
  }, [load])
  return { link, error, load }
}

/** The newest good version; without one, the newest. */
const bestOf = (snapshots: ReadonlyArray<Snapshot>): Snapshot | undefined =>
  snapshots.find((each) => each.verdict.kind === "good") ?? snapshots[0]

const Gone = ({ error, load }: { readonly error: ApiError; readonly load: () => void }) => {
  return error.status === 404 ? (
    <Empty icon="gone" title={<Trans>This link is not here</Trans>}>
      <a className="link" href="/">
        <Trans>To the links</Trans>
      </a>
    </Empty>
  ) : (
    <Banner
      actions={
        <button type="button" className="btn btn-small" onClick={load}>
          <Trans>Try again</Trans>
        </button>
      }
    >
      <Trans>
        The link could not be loaded: <Refused cause={error} />
      </Trans>
    </Banner>
  )
}

/** The pair to begin with: what is shown and the version before it; the oldest is compared with the one after it. */
const pairWith = (snapshots: ReadonlyArray<Snapshot>, shown: Snapshot | undefined) => {
  const at = shown === undefined ? -1 : snapshots.indexOf(shown)
  const [later, earlier] = snapshots.slice(at === snapshots.length - 1 ? at - 1 : at, at + 2)
  return at < 0 || later === undefined || earlier === undefined
    ? null
    : { from: earlier.version, to: later.version, as: null }
}

const Body = ({ link }: { readonly link: LinkDetail }) => {
  const [chosen, setChosen] = useState<string | null>(null)
  const [compared, compare] = useCompared()
  const snapshots = link.snapshots
  const best = bestOf(snapshots)
  const shown = snapshots.find((each) => each.id === chosen) ?? best
  const pair = snapshots.length < 2 ? null : pairWith(snapshots, shown)
  const show = (id: string) => {
    setChosen(id)
    if (compared !== null) compare(null)
  }
  const step = (by: number) => {
    const current = compared === null ? shown : snapshots.find(({ version }) => version === compared.to)
    const next = current === undefined ? undefined : snapshots[snapshots.indexOf(current) + by]
    if (next === undefined) return
    if (compared === null) setChosen(next.id)
    else compare({ ...compared, to: next.version })
  }
  useKeys({
    older: () => step(1),
    newer: () => step(-1),
    compare: () => compare(compared === null ? pair : null),
  })
  return (
    <div className="flex min-h-0 grow flex-col gap-4 px-3 py-4 sm:px-4 rail:flex-row">
      {shown !== undefined && (
        <div
          className={`flex shrink-0 flex-col gap-4 rail:w-60 ${compared === null ? "" : "max-rail:hidden"}`}
        >
          <Versions
            snapshots={snapshots}
            shown={shown.id}
            compared={compared}
            onShow={show}
            onCompare={compare}
            onOpenCompare={pair === null ? null : () => compare(pair)}
          />
        </div>
      )}
      <div className="flex min-w-0 grow flex-col gap-4">
        {shown === undefined ? (
          <NoVersion state={link.state} />
        ) : compared !== null ? (
          <Suspense fallback={<div className="card min-h-48" aria-busy="true" />}>
            <Compare id={link.id} snapshots={snapshots} compared={compared} onCompare={compare} />
          </Suspense>
        ) : (
          <Viewer
            key={shown.id}
            snapshot={shown}
            newest={snapshots[0]}
            best={best}
            onNewest={() => setChosen(snapshots[0]?.id ?? null)}
          />
        )}
        <Timeline entries={link.timeline} open={shown === undefined} />
      </div>
    </div>
  )
}

const NoVersion = ({ state }: { readonly state: string }) => (
  <div className="card grid min-h-48 place-items-center p-6 text-center text-muted">
    {state === "failed" ? (
      <Trans>Nothing was kept. The timeline below tells how far it came.</Trans>
    ) : state === "cancelled" ? (
      <Trans>The capture was cancelled before anything was kept.</Trans>
    ) : (
      <Trans>No version yet. The first one appears here by itself.</Trans>
    )}
  </div>
)

const LinkPage = ({ id }: { readonly id: string }) => {
  const { t } = useLingui()
  const [, navigate] = useLocation()
  const { link, error, load } = useDetail(id)
  const step = useKey(progress, id)
  useTitle(link === undefined ? t`Link` : link.title === "" ? link.url : link.title)
  if (link === undefined)
    return error === null ? <div className="p-6" aria-busy="true" /> : <Gone error={error} load={load} />
  return (
    <div className="flex min-h-full flex-col">
      <OfflineBand />
      <LinkHead link={link} onRemoved={() => navigate("/")} />
      <StateBand link={link} step={step} />
      <Body link={link} />
    </div>
  )
}
export default LinkPage
