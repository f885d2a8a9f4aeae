/** The head of a link: where it came from in the list, its title and tags to edit in place, what can be done. */
import { Plural, Trans, useLingui } from "@lingui/react/macro"
import { lazy, Suspense, useRef, useState } from "react"
import { Link as Anchor } from "wouter"
import { ago, exact, fullTime, langOf, siteOf } from "../lib/format.ts"
import { isComposing, useKeys } from "../lib/keys.ts"
import { isBusy, links } from "../lib/links.ts"
import { latestList } from "../lib/LinkList.ts"
import { useSlowNow } from "../lib/now.ts"
import { useKey } from "../lib/Store.ts"
import { removeLinks } from "../lib/toast.ts"
import type { LinkDetail } from "../lib/types.ts"
import { askAgain, cancel, edit } from "../links/actions.ts"
import { useOffline } from "../parts/Connection.tsx"
import { Icon } from "../parts/Icon.tsx"
import { LazyMenu } from "../parts/LazyMenu.tsx"
import { StateMark } from "../parts/StateMark.tsx"
import { TagField } from "../parts/TagField.tsx"

const ScheduleDialog = lazy(() => import("./ScheduleDialog.tsx"))

const Way = ({ id }: { readonly id: string }) => {
  const { t } = useLingui()
  const list = latestList()
  const ids = list?.get().ids ?? []
  const at = ids.indexOf(id)
  const query = list?.query ?? ""
  const number = exact(at + 1)
  const total = exact(list?.get().total ?? 0)
  const beside = (step: number, label: string) => {
    const next = ids[at + step]
    const icon = <Icon name={step < 0 ? "back" : "forward"} size={14} />
    return next === undefined ? (
      <button type="button" className="btn btn-quiet btn-small btn-icon" disabled aria-label={label}>
        {icon}
      </button>
    ) : (
      <Anchor
        href={`/links/${encodeURIComponent(next)}`}
        className="btn btn-quiet btn-small btn-icon"
        aria-label={label}
      >
        {icon}
      </Anchor>
    )
  }
  return (
    <nav aria-label={t`Way back`} className="flex min-h-8 items-center gap-2 text-[0.8125rem] text-muted">
      <Anchor
        href={query === "" ? "/" : `/?q=${encodeURIComponent(query)}`}
        className="btn btn-quiet btn-small -ml-2"
      >
        <Icon name="back" size={14} />
        {query === "" || at < 0 ? <Trans>Links</Trans> : <Trans>Results</Trans>}
      </Anchor>
      {at >= 0 && (
        <span className="flex items-center gap-1">
          {beside(-1, t`Previous link`)}
          <span className="tnum">
            <Trans>
              {number} of {total}
            </Trans>
          </span>
          {beside(1, t`Next link`)}
        </span>
      )}
    </nav>
  )
}

const TitleLine = ({ link }: { readonly link: LinkDetail }) => {
  const { t } = useLingui()
  const [text, setText] = useState<string | null>(null)
  const offline = useOffline() !== null
  const title = link.title === "" ? link.url : link.title
  useKeys({ edit: () => setText(link.title) })
  if (text !== null) {
    return (
      <form
        className="flex grow gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          void edit(link.id, { title: text.trim() })
          setText(null)
        }}
      >
        <input
          className="field h-10 min-w-0 grow text-lg font-semibold"
          aria-label={t`Title`}
          autoFocus
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (isComposing(event)) event.stopPropagation()
            else if (event.key === "Escape") setText(null)
          }}
        />
        <button type="submit" className="btn btn-primary h-10">
          <Trans>Save</Trans>
        </button>
      </form>
    )
  }
  return (
    <div className="flex min-w-0 items-start gap-1.5">
      <h1
        lang={langOf(title)}
        className="min-w-0 text-xl leading-snug font-semibold [overflow-wrap:anywhere]"
      >
        {title}
      </h1>
      <button
        type="button"
        className="btn btn-quiet btn-small btn-icon mt-0.5 text-muted"
        disabled={offline}
        aria-label={t`Edit the title`}
        title={`${t`Edit the title`} (e)`}
        onClick={() => setText(link.title)}
      >
        <Icon name="edit" />
      </button>
    </div>
  )
}

const Tags = ({ link }: { readonly link: LinkDetail }) => {
  const { t } = useLingui()
  const [tags, setTags] = useState<ReadonlyArray<string> | null>(null)
  const offline = useOffline() !== null
  if (tags !== null) {
    return (
      <div className="flex max-w-xl grow items-start gap-2">
        <div className="min-w-0 grow">
          <TagField label={t`Tags`} tags={tags} onChange={setTags} autoFocus />
        </div>
        <button
          type="button"
          className="btn btn-primary h-9"
          onClick={() => {
            void edit(link.id, { tags })
            setTags(null)
          }}
        >
          <Trans>Save</Trans>
        </button>
      </div>
    )
  }
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {link.tags.map((tag) => (
        <Anchor
          key={tag}
          href={`/?q=${encodeURIComponent(`tag:${/\s/.test(tag) ? `"${tag}"` : tag}`)}`}
          lang={langOf(tag)}
          className="chip h-6"
        >
          {tag}
        </Anchor>
      ))}
      <button
        type="button"
        className="btn btn-quiet btn-small text-muted"
        disabled={offline}
        onClick={() => setTags(link.tags)}
      >
        <Icon name="tag" size={14} />
        {link.tags.length === 0 ? <Trans>Add tags</Trans> : <Trans>Edit tags</Trans>}
      </button>
    </div>
  )
}

const Actions = ({ link, onRemoved }: { readonly link: LinkDetail; readonly onRemoved: () => void }) => {
  const { t } = useLingui()
  const offline = useOffline()
  const [menu, setMenu] = useState(false)
  const [schedule, setSchedule] = useState(false)
  const more = useRef<HTMLButtonElement>(null)
  const state = useKey(links, link.id)?.state ?? link.state
  const off = offline !== null
  const remove = () => {
    removeLinks(
      [link.id],
      <Plural value={1} one="# link removed" other="# links removed" />,
      <Trans>Undo</Trans>,
    )
    onRemoved()
  }
  useKeys({
    again: () => void askAgain([link.id]),
    remove,
    original: () => void window.open(link.url, "_blank", "noopener,noreferrer"),
  })
  return (
    <div className="flex flex-wrap items-center gap-2" title={offline ?? undefined}>
      {isBusy(state) ? (
        <button
          type="button"
          className="btn"
          disabled={off || state === "storing"}
          onClick={() => void cancel(link.id)}
        >
          <Icon name="stop" />
          <Trans>Cancel</Trans>
        </button>
      ) : (
        <button
          type="button"
          className="btn btn-primary"
          disabled={off}
          onClick={() => void askAgain([link.id])}
        >
          <Icon name="again" />
          {state === "failed" || state === "cancelled" ? (
            <Trans>Retry now</Trans>
          ) : (
            <Trans>New version</Trans>
          )}
        </button>
      )}
      <a className="btn" href={link.url} target="_blank" rel="noreferrer noopener">
        <Trans>Original</Trans>
        <Icon name="out" />
      </a>
      <button
        ref={more}
        type="button"
        className="btn btn-icon"
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
              id: "schedule",
              text: t`Capture regularly…`,
              icon: "clock",
              disabled: off,
              run: () => setSchedule(true),
            },
            {
              id: "copy",
              text: t`Copy the address`,
              icon: "copy",
              run: () => void navigator.clipboard.writeText(link.url),
            },
            { id: "remove", text: t`Remove`, icon: "remove", apart: true, disabled: off, run: remove },
          ]}
        />
      )}
      <Suspense fallback={null}>
        {schedule && <ScheduleDialog id={link.id} onClose={() => setSchedule(false)} />}
      </Suspense>
    </div>
  )
}

export const LinkHead = ({
  link,
  onRemoved,
}: {
  readonly link: LinkDetail
  readonly onRemoved: () => void
}) => {
  const now = useSlowNow()
  const current = useKey(links, link.id) ?? link
  return (
    <div className="border-b border-line px-3 pt-2 pb-3 sm:px-4">
      <Way id={link.id} />
      <div className="mt-1 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="flex min-w-0 grow basis-80 flex-col gap-1.5">
          <TitleLine link={{ ...link, title: current.title }} />
          <div className="flex min-w-0 flex-wrap items-center gap-x-2.5 gap-y-1 text-[0.8125rem] text-muted">
            <StateMark state={current.state} />
            <a
              className="min-w-0 truncate hover:underline"
              href={link.url}
              target="_blank"
              rel="noreferrer noopener"
              title={link.url}
            >
              {siteOf(link.url)}
            </a>
            <span aria-hidden="true">·</span>
            <time dateTime={link.addedAt} title={fullTime(link.addedAt)}>
              <Trans>added {ago(link.addedAt, now)}</Trans>
            </time>
          </div>
          {current.note !== "" && (
            <p lang={langOf(current.note)} className="max-w-prose border-l-2 border-line pl-3">
              {current.note}
            </p>
          )}
          <Tags link={{ ...link, tags: current.tags }} />
        </div>
        <Actions link={link} onRemoved={onRemoved} />
      </div>
    </div>
  )
}
