/**
 * The list of links: the page people open. The query is in the address; rows change in place, new ones wait behind a
 * pill.
 */
import { Plural, Trans, useLingui } from "@lingui/react/macro"
import { useEffect, useMemo, useSyncExternalStore } from "react"
import { useLocation } from "wouter"
import { count, exact } from "../lib/format.ts"
import { listOf, type LinkList, type ListView } from "../lib/LinkList.ts"
import { useSearch } from "../lib/search.ts"
import { useStore } from "../lib/Store.ts"
import { linkCounts, sum } from "../lib/world.ts"
import { OfflineBand } from "../parts/Connection.tsx"
import { Banner } from "../parts/Feedback.tsx"
import { PageHead, useTitle } from "../parts/PageHead.tsx"
import { QueuePill } from "../parts/QueuePill.tsx"
import { Refused } from "../parts/Refused.tsx"
import { LinkTable } from "./LinkTable.tsx"
import { NoLinks, NoMatch, Skeleton } from "./NoRows.tsx"
import { QueryChips } from "./QueryChips.tsx"
import { SearchField } from "./SearchField.tsx"
import { SelectionBar } from "./SelectionBar.tsx"

const useList = (list: LinkList): ListView => useSyncExternalStore(list.subscribe, list.get)

const usePageTitle = (query: string) => {
  const { t } = useLingui()
  const failed = sum(useStore(linkCounts), ["failed"])
  const place = query === "" ? t`Links` : query
  useTitle(failed > 0 ? `${t`${failed} failed`} · ${place}` : place)
}

const Head = ({
  list,
  view,
  onQuery,
}: {
  readonly list: LinkList
  readonly view: ListView
  readonly onQuery: (query: string) => void
}) => {
  const total = view.total
  const shown = count(total)
  const attention = sum(useStore(linkCounts), ["failed", "doubtful"])
  return (
    <>
      <PageHead>
        <h1 className="sr-only">
          <Trans>Links</Trans>
        </h1>
        <SearchField query={list.query} onQuery={onQuery} />
        <QueuePill />
      </PageHead>
      {view.status !== "first" && (
        <div className="flex min-h-9 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 px-3 py-1 text-xs text-muted sm:px-4">
          <QueryChips query={list.query} onQuery={onQuery} />
          <span className="tnum ml-auto" title={exact(total)}>
            <Plural value={total} one={`${shown} link`} other={`${shown} links`} />
            {list.query === "" && attention > 0 && (
              <>
                {" · "}
                <a
                  className="link text-failed"
                  href="/?q=state%3Afailed%2Cdoubtful"
                  onClick={(event) => {
                    event.preventDefault()
                    onQuery("state:failed,doubtful")
                  }}
                >
                  <Plural value={attention} one="# needs attention" other="# need attention" />
                </a>
              </>
            )}
          </span>
        </div>
      )}
    </>
  )
}

const ListError = ({ list, view }: { readonly list: LinkList; readonly view: ListView }) => {
  if (view.error === null) return null
  const details = `${view.error.code} (${view.error.status}): ${view.error.message}`
  return (
    <Banner
      actions={
        <>
          <button type="button" className="btn btn-small" onClick={() => void list.reload()}>
            <Trans>Try again</Trans>
          </button>
          <button
            type="button"
            className="btn btn-small btn-quiet"
            onClick={() => void navigator.clipboard.writeText(details)}
          >
            <Trans>Copy details</Trans>
          </button>
        </>
      }
    >
      {view.error.status === 400 ? (
        <Trans>
          This search cannot be read: <Refused cause={view.error} />
        </Trans>
      ) : (
        <Trans>
          The list could not be loaded: <Refused cause={view.error} />
        </Trans>
      )}
    </Banner>
  )
}

export const LinksPage = () => {
  const [, navigate] = useLocation()
  const query = new URLSearchParams(useSearch()).get("q") ?? ""
  const list = useMemo(() => listOf(query), [query])
  const view = useList(list)
  usePageTitle(query)
  useEffect(() => () => list.clearSelection(), [list])
  const onQuery = (next: string) =>
    navigate(next === "" ? "/" : `/?q=${encodeURIComponent(next)}`, { replace: query !== "" && next !== "" })
  const nothing = view.status !== "first" && view.ids.length === 0 && view.arrived.length === 0
  return (
    <div className="flex min-h-0 grow flex-col">
      <OfflineBand />
      <Head list={list} view={view} onQuery={onQuery} />
      <div className="relative h-0.5 shrink-0 overflow-hidden" aria-hidden="true">
        {view.status === "loading" && <div className="busy-line h-full origin-left bg-accent" />}
      </div>
      <ListError list={list} view={view} />
      {view.status === "first" && view.error === null && <Skeleton />}
      {nothing &&
        view.error === null &&
        (list.query === "" ? <NoLinks /> : <NoMatch query={list.query} onQuery={onQuery} />)}
      {!nothing && view.status !== "first" && <LinkTable list={list} view={view} onQuery={onQuery} />}
      <SelectionBar list={list} view={view} />
    </div>
  )
}
