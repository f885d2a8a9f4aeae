/** The keys of the list: a cursor that moves, selects and opens. */
import { Plural, Trans } from "@lingui/react/macro"
import { useLocation } from "wouter"
import { useKeys } from "../lib/keys.ts"
import { links } from "../lib/links.ts"
import type { LinkList, ListView } from "../lib/LinkList.ts"
import { removeLinks } from "../lib/toast.ts"
import { askAgain } from "./actions.ts"

export interface ListKeys {
  readonly list: LinkList
  readonly view: ListView
  readonly cursor: string | null
  readonly setCursor: (id: string | null) => void
  readonly toggle: (id: string, range: boolean) => void
  readonly reveal: (index: number) => void
  readonly onTags: (ids: ReadonlyArray<string>) => void
}

export const useListKeys = ({ list, view, cursor, setCursor, toggle, reveal, onTags }: ListKeys) => {
  const [, navigate] = useLocation()
  const chosen = () => (list.selected.size > 0 ? [...list.selected] : cursor === null ? [] : [cursor])
  const move = (step: number): string | undefined => {
    const at = cursor === null ? (step > 0 ? -1 : view.ids.length) : view.ids.indexOf(cursor)
    const index = Math.max(0, Math.min(view.ids.length - 1, at + step))
    const id = view.ids[index]
    if (id === undefined) return undefined
    setCursor(id)
    reveal(index)
    return id
  }
  const moveAndSelect = (step: number) => {
    if (cursor !== null) list.select([cursor], true)
    const id = move(step)
    if (id !== undefined) list.select([id], true)
  }
  useKeys({
    next: () => void move(1),
    previous: () => void move(-1),
    selectNext: () => moveAndSelect(1),
    selectPrevious: () => moveAndSelect(-1),
    select: () => void (cursor !== null && toggle(cursor, false)),
    open: () => void (cursor !== null && navigate(`/links/${encodeURIComponent(cursor)}`)),
    original: () => {
      const url = cursor === null ? undefined : links.get(cursor)?.url
      if (url !== undefined) window.open(url, "_blank", "noopener,noreferrer")
    },
    tags: () => void (chosen().length > 0 && onTags(chosen())),
    again: () => void (chosen().length > 0 && void askAgain(chosen())),
    remove: () => {
      const ids = chosen()
      if (ids.length > 0)
        removeLinks(
          ids,
          <Plural value={ids.length} one="# link removed" other="# links removed" />,
          <Trans>Undo</Trans>,
        )
    },
    showNew: list.showArrived,
  })
}
