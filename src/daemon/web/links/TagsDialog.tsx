/** All tags: rename, merge by renaming onto another, delete. Links keep everything else. */
import { Trans, useLingui } from "@lingui/react/macro"
import { useCallback, useEffect, useState } from "react"
import { Link } from "wouter"
import { api } from "../lib/api.ts"
import { byName, exact, langOf } from "../lib/format.ts"
import { isComposing } from "../lib/keys.ts"
import { withTag } from "../lib/query.ts"
import { attempt } from "../lib/toast.ts"
import type { TagCount } from "../lib/types.ts"
import { Icon } from "../parts/Icon.tsx"
import { Sheet } from "../parts/Overlays.tsx"

const shownTags = 300
const fold = (tag: string) => tag.normalize("NFC").toLowerCase()

const renameOrMerge = (tag: TagCount, name: string, all: ReadonlyArray<TagCount>) => {
  const there = all.find((each) => fold(each.name) === fold(name) && each.name !== tag.name)
  return there === undefined
    ? api("PATCH", `/tags/${encodeURIComponent(tag.name)}`, { body: { name } })
    : api("POST", "/tags/merge", { body: { into: there.name, from: [tag.name] } })
}

interface RowProps {
  readonly tag: TagCount
  readonly all: ReadonlyArray<TagCount>
  readonly onDone: () => void
  readonly onClose: () => void
}

const Row = ({ tag, all, onDone, onClose }: RowProps) => {
  const { t } = useLingui()
  const [mode, setMode] = useState<"show" | "rename" | "delete">("show")
  const [name, setName] = useState(tag.name)
  const merges = all.some((each) => fold(each.name) === fold(name.trim()) && each.name !== tag.name)
  const tagName = tag.name
  const work = (run: () => Promise<unknown>) => {
    setMode("show")
    void attempt(run).then(onDone)
  }
  return (
    <li className="flex min-h-10 items-center gap-2 border-b border-line/70 px-1 last:border-0">
      {mode === "rename" ? (
        <form
          className="flex grow items-center gap-2"
          onSubmit={(event) => {
            event.preventDefault()
            work(() => renameOrMerge(tag, name.trim(), all))
          }}
        >
          <input
            className="field h-8 min-w-0 grow"
            aria-label={t`New name of ${tagName}`}
            autoFocus
            value={name}
            onChange={(event) => setName(event.target.value)}
            onKeyDown={(event) => {
              if (isComposing(event)) event.preventDefault()
              else if (event.key === "Escape") {
                event.stopPropagation()
                setMode("show")
              }
            }}
          />
          <button
            type="submit"
            className="btn btn-small btn-primary"
            disabled={name.trim() === "" || name.trim() === tag.name}
          >
            {merges ? <Trans>Merge</Trans> : <Trans>Rename</Trans>}
          </button>
        </form>
      ) : (
        <>
          <Link
            href={`/?q=${encodeURIComponent(withTag("", tag.name))}`}
            lang={langOf(tag.name)}
            className="min-w-0 grow truncate hover:underline"
            onClick={onClose}
          >
            {tag.name}
          </Link>
          <span className="tnum text-xs text-muted">{exact(tag.count)}</span>
          {mode === "delete" ? (
            <button
              type="button"
              className="btn btn-small btn-danger"
              autoFocus
              onBlur={() => setMode("show")}
              onClick={() => work(() => api("DELETE", `/tags/${encodeURIComponent(tag.name)}`))}
            >
              <Trans>Delete the tag</Trans>
            </button>
          ) : (
            <>
              <button
                type="button"
                className="btn btn-quiet btn-small btn-icon text-muted"
                aria-label={t`Rename ${tagName}`}
                onClick={() => setMode("rename")}
              >
                <Icon name="edit" />
              </button>
              <button
                type="button"
                className="btn btn-quiet btn-small btn-icon text-muted"
                aria-label={t`Delete ${tagName}`}
                onClick={() => setMode("delete")}
              >
                <Icon name="remove" />
              </button>
            </>
          )}
        </>
      )}
    </li>
  )
}

const TagsDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const { t } = useLingui()
  const [tags, setTags] = useState<ReadonlyArray<TagCount> | null>(null)
  const [filter, setFilter] = useState("")
  const load = useCallback(() => {
    void api<{ readonly tags: ReadonlyArray<TagCount> }>("GET", "/tags")
      .then((got) => setTags([...got.tags].sort((a, b) => byName(a.name, b.name))))
      .catch(() => setTags([]))
  }, [])
  useEffect(load, [load])
  const found = (tags ?? []).filter((tag) => fold(tag.name).includes(fold(filter.trim())))
  const hidden = Math.max(0, found.length - shownTags)
  return (
    <Sheet title={<Trans>Tags</Trans>} onClose={onClose} width="max-w-md">
      <input
        type="search"
        className="field mb-2 h-9 w-full"
        aria-label={t`Find a tag`}
        placeholder={t`Find a tag`}
        value={filter}
        onChange={(event) => setFilter(event.target.value)}
      />
      <ul className="max-h-[55vh] overflow-y-auto">
        {found.slice(0, shownTags).map((tag) => (
          <Row key={tag.name} tag={tag} all={tags ?? []} onDone={load} onClose={onClose} />
        ))}
      </ul>
      {tags !== null && found.length === 0 && (
        <p className="py-6 text-center text-muted">
          <Trans>No tag yet. Tags are made by using them.</Trans>
        </p>
      )}
      {hidden > 0 && (
        <p className="pt-2 text-xs text-muted">
          <Trans>and {hidden} more: type to find them</Trans>
        </p>
      )}
    </Sheet>
  )
}
export default TagsDialog
