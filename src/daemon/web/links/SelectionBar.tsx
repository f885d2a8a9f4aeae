/** What can be done with the selected rows, and the second, explicit step from "loaded" to "all matching". */
import { Plural, Trans, useLingui } from "@lingui/react/macro"
import { lazy, Suspense, useEffect, useState } from "react"
import { exact } from "../lib/format.ts"
import type { LinkList, ListView } from "../lib/LinkList.ts"
import { removeLinks } from "../lib/toast.ts"
import { useOffline } from "../parts/Connection.tsx"
import { Icon } from "../parts/Icon.tsx"
import { bulk } from "./actions.ts"

const TagDialog = lazy(() => import("./TagDialog.tsx"))

/** Beyond this the page does not load rows only to select them. */
const selectAllRows = 10_000

const loadAll = async (list: LinkList) => {
  while (list.get().more && list.get().ids.length < selectAllRows && list.get().error === null)
    await list.loadMore(500)
  list.select(list.get().ids, true)
}

export const SelectAllBand = ({ list, view }: { readonly list: LinkList; readonly view: ListView }) => {
  const [busy, setBusy] = useState(false)
  const loaded = view.ids.length
  const all = list.selected.size > 0 && view.ids.every((id) => list.selected.has(id))
  if (!all || !view.more) return null
  const total = Math.min(view.total, selectAllRows)
  return (
    <div className="flex flex-wrap items-center justify-center gap-2 border-b border-line bg-sel px-3 py-1 text-[0.8125rem]">
      <Trans>The {loaded} loaded rows are selected.</Trans>
      <button
        type="button"
        className="link font-semibold"
        disabled={busy}
        onClick={() => {
          setBusy(true)
          void loadAll(list).finally(() => setBusy(false))
        }}
      >
        <Trans>Select all {exact(total)} matching</Trans>
      </button>
    </div>
  )
}

export const SelectionBar = ({ list, view }: { readonly list: LinkList; readonly view: ListView }) => {
  const { t } = useLingui()
  const [tagging, setTagging] = useState(false)
  const offline = useOffline()
  const selected = list.selected.size
  useEffect(() => {
    if (selected === 0) return
    const escape = (event: KeyboardEvent) => {
      if (event.key === "Escape" && document.querySelector("[role=dialog], [role=menu]") === null)
        list.clearSelection()
    }
    window.addEventListener("keydown", escape)
    return () => window.removeEventListener("keydown", escape)
  }, [list, selected])
  if (selected === 0 || view.ids.length === 0) return null
  const ids = [...list.selected]
  const off = offline !== null
  const run = (action: "snapshot" | "retry") =>
    void bulk(ids, action).then((done) => done && list.clearSelection())
  return (
    <div
      role="toolbar"
      aria-label={t`Selection`}
      className="flex shrink-0 flex-wrap items-center gap-1.5 border-t border-line bg-raised px-3 py-1.5 sm:px-4"
      title={offline ?? undefined}
    >
      <span className="tnum mr-2 font-semibold">
        <Plural value={selected} one="# selected" other="# selected" />
      </span>
      <button type="button" className="btn btn-small" disabled={off} onClick={() => setTagging(true)}>
        <Icon name="tag" size={14} />
        <Trans>Tag</Trans>
      </button>
      <button type="button" className="btn btn-small" disabled={off} onClick={() => run("snapshot")}>
        <Icon name="again" size={14} />
        <Trans>New version</Trans>
      </button>
      <button type="button" className="btn btn-small" disabled={off} onClick={() => run("retry")}>
        <Trans>Retry</Trans>
      </button>
      <button
        type="button"
        className="btn btn-small"
        disabled={off}
        onClick={() =>
          removeLinks(
            ids,
            <Plural value={selected} one="# link removed" other="# links removed" />,
            <Trans>Undo</Trans>,
          )
        }
      >
        <Icon name="remove" size={14} />
        <Trans>Remove</Trans>
      </button>
      <button
        type="button"
        className="btn btn-small btn-quiet ml-auto text-muted"
        onClick={list.clearSelection}
      >
        <Trans>Clear</Trans> <span className="kbd max-sm:hidden">Esc</span>
      </button>
      <Suspense fallback={null}>
        {tagging && <TagDialog ids={ids} onClose={() => setTagging(false)} />}
      </Suspense>
    </div>
  )
}
