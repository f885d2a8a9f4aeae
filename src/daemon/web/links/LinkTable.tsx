/**
 * The virtual table. One click handler and one menu serve all rows, which are native elements: a hundred thousand of
 * them scroll at the speed of the screen.
 */
import { Plural, Trans, useLingui } from "@lingui/react/macro"
import { useVirtualizer } from "@tanstack/react-virtual"
import {
  lazy,
  Suspense,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type MouseEvent,
} from "react"
import { useLocation } from "wouter"
import { links } from "../lib/links.ts"
import type { LinkList, ListView } from "../lib/LinkList.ts"
import { useMedia } from "../lib/media.ts"
import { withTag } from "../lib/query.ts"
import { useOffline } from "../parts/Connection.tsx"
import { askAgain } from "./actions.ts"
import { LinkRow } from "./LinkRow.tsx"
import { SelectAllBand } from "./SelectionBar.tsx"
import { useListKeys } from "./useListKeys.tsx"

const RowMenu = lazy(() => import("./RowMenu.tsx"))
const TagDialog = lazy(() => import("./TagDialog.tsx"))

interface Props {
  readonly list: LinkList
  readonly view: ListView
  readonly onQuery: (query: string) => void
}

const moreBefore = 40
const openRow = { normal: 36, excerpt: 60, narrow: 64, narrowExcerpt: 86 } as const

const heightOf = (list: LinkList, narrow: boolean): number => {
  const search = list.request.by === "search"
  if (narrow) return search ? openRow.narrowExcerpt : openRow.narrow
  return search ? openRow.excerpt : openRow.normal
}

/** Where the reader was, and the next page before its rows are needed. */
const useScroll = (list: LinkList, view: ListView, height: number) => {
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: view.ids.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 10,
    initialOffset: list.scrollTop,
    getItemKey: (index) => view.ids[index] ?? index,
  })
  useLayoutEffect(() => {
    if (scroller.current !== null) scroller.current.scrollTop = list.scrollTop
  }, [list])
  useLayoutEffect(() => virtual.measure(), [height, virtual])
  const last = virtual.getVirtualItems().at(-1)?.index ?? 0
  useEffect(() => {
    if (view.more && last > view.ids.length - moreBefore) void list.loadMore()
  }, [last, list, view.more, view.ids.length])
  return { scroller, virtual }
}

const Arrived = ({
  list,
  view,
  calm,
}: {
  readonly list: LinkList
  readonly view: ListView
  readonly calm: boolean
}) => {
  const arrived = view.arrived.length
  useEffect(() => {
    if (arrived > 0 && calm) list.showArrived()
  }, [arrived, calm, list])
  if (arrived === 0 || calm) return null
  return (
    <div className="pointer-events-none absolute inset-x-0 top-2 z-10 flex justify-center">
      <button
        type="button"
        className="btn btn-primary btn-small pointer-events-auto rounded-full px-4 shadow-pop"
        onClick={list.showArrived}
      >
        <Plural value={arrived} one="# new · show" other="# new · show" />
      </button>
    </div>
  )
}

export const LinkTable = ({ list, view, onQuery }: Props) => {
  const { t } = useLingui()
  const [, navigate] = useLocation()
  const offline = useOffline() !== null
  const narrow = useMedia("(max-width: 720px)")
  const height = heightOf(list, narrow)
  const { scroller, virtual } = useScroll(list, view, height)
  const [menu, setMenu] = useState<{ readonly id: string; readonly at: Element } | null>(null)
  const [tagging, setTagging] = useState<ReadonlyArray<string> | null>(null)
  const [over, setOver] = useState(false)
  const [top, setTop] = useState(true)
  const [cursor, setCursorState] = useState<string | null>(list.cursorId)
  const setCursor = useCallback(
    (id: string | null) => {
      list.cursorId = id
      setCursorState(id)
    },
    [list],
  )
  const anchor = useRef<string | null>(null)
  const toggle = (id: string, range: boolean) => {
    const from = view.ids.indexOf(anchor.current ?? id)
    const to = view.ids.indexOf(id)
    const ids = range && from >= 0 ? view.ids.slice(Math.min(from, to), Math.max(from, to) + 1) : [id]
    list.select(ids, range || !list.selected.has(id))
    anchor.current = id
  }
  useListKeys({
    list,
    view,
    cursor,
    setCursor,
    toggle,
    reveal: (index) => virtual.scrollToIndex(index),
    onTags: setTagging,
  })
  const onClick = (event: MouseEvent<HTMLDivElement>) => {
    const target = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-do]") : null
    const id = target?.closest<HTMLElement>("[data-id]")?.dataset["id"]
    if (target === null || id === undefined) return
    setCursor(id)
    if (target.dataset["do"] === "check") toggle(id, event.shiftKey)
    if (target.dataset["do"] === "menu") setMenu({ id, at: target })
    if (target.dataset["do"] === "again" && !offline) void askAgain([id])
    if (target.dataset["do"] === "tag")
      onQuery(withTag(list.query, target.dataset["tag"] ?? "", event.altKey))
    if (target.dataset["do"] === "open" && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault()
      navigate(`/links/${encodeURIComponent(id)}`)
    }
  }
  const all = view.ids.length > 0 && view.ids.every((id) => list.selected.has(id))
  return (
    <div className="relative flex min-h-0 grow flex-col border-t border-line">
      <SelectAllBand list={list} view={view} />
      <Arrived list={list} view={view} calm={top && !over && menu === null && list.selected.size === 0} />
      <div
        ref={scroller}
        role="table"
        aria-label={t`Links`}
        aria-rowcount={view.total}
        tabIndex={0}
        className="min-h-40 grow overflow-y-auto [contain:strict] [overflow-anchor:none] focus-visible:outline-offset-[-2px]"
        onClick={onClick}
        onMouseEnter={() => setOver(true)}
        onMouseLeave={() => setOver(false)}
        onScroll={(event) => {
          list.scrollTop = event.currentTarget.scrollTop
          setTop(event.currentTarget.scrollTop < height / 2)
        }}
      >
        <div role="rowgroup" className="sr-only">
          <div role="row">
            {[t`Select`, t`State`, t`Title`, t`Site`, t`Versions`, t`Added`, t`Actions`].map((name) => (
              <span key={name} role="columnheader">
                {name}
              </span>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const id = view.ids[item.index]
            if (id === undefined) return null
            return (
              <LinkRow
                key={id}
                id={id}
                index={item.index}
                top={item.start}
                height={height}
                narrow={narrow}
                checked={list.selected.has(id)}
                cursor={cursor === id}
                excerpt={list.excerpts.get(id)}
                wanted={list.request.states}
                pictures={!virtual.isScrolling}
              />
            )
          })}
        </div>
      </div>
      {view.ids.length > 1 && (
        <label className="sr-only">
          <input type="checkbox" checked={all} onChange={() => list.select(view.ids, !all)} />
          <Trans>Select all loaded rows</Trans>
        </label>
      )}
      <Suspense fallback={null}>
        {menu !== null && links.get(menu.id) !== undefined && (
          <RowMenu id={menu.id} at={menu.at} onTags={setTagging} onClose={() => setMenu(null)} />
        )}
        {tagging !== null && <TagDialog ids={tagging} onClose={() => setTagging(null)} />}
      </Suspense>
    </div>
  )
}
