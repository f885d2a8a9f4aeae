/** Adding: one text area for any number of addresses, tags for all of them, and what was there already. */
import { Plural, Trans, useLingui } from "@lingui/react/macro"
import { useId, useState, type KeyboardEvent } from "react"
import { Link as Anchor } from "wouter"
import { api } from "../lib/api.ts"
import { dateOf, langOf } from "../lib/format.ts"
import { isComposing } from "../lib/keys.ts"
import { putLink } from "../lib/links.ts"
import { attempt } from "../lib/toast.ts"
import type { Link } from "../lib/types.ts"
import { useOffline } from "../parts/Connection.tsx"
import { Icon } from "../parts/Icon.tsx"
import { TagField } from "../parts/TagField.tsx"
import { askAgain } from "../links/actions.ts"
import { recognise, type Recognised } from "./recognise.ts"

export interface Added {
  readonly fresh: ReadonlyArray<Link>
  readonly known: ReadonlyArray<Link>
}

const rememberedTags = "linkseal.addTags"
const recallTags = (): ReadonlyArray<string> => {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(rememberedTags) ?? "[]")
    return Array.isArray(value) ? value.filter((tag) => typeof tag === "string") : []
  } catch {
    return []
  }
}

/** A link that was there before this request has an older birthday. */
const isFresh = (link: Link, askedAt: number) =>
  Date.parse(link.addedAt) >= askedAt - 1_000 && link.latest === null

const add = async (
  urls: ReadonlyArray<string>,
  tags: ReadonlyArray<string>,
  note: string,
): Promise<Added> => {
  const askedAt = Date.now()
  const [only] = urls
  const more = { ...(tags.length > 0 ? { tags } : {}), ...(note === "" ? {} : { note }) }
  const body = urls.length === 1 && only !== undefined ? { url: only, ...more } : { urls, ...more }
  const { links } = await api<{ readonly links: ReadonlyArray<Link> }>("POST", "/links", { body })
  for (const link of links) putLink(link)
  return {
    fresh: links.filter((link) => isFresh(link, askedAt)),
    known: links.filter((link) => !isFresh(link, askedAt)),
  }
}

const Findings = ({ found }: { readonly found: Recognised }) => {
  const shown = found.unread.slice(0, 5)
  const rest = found.unread.length - shown.length
  return (
    <div className="flex min-h-6 flex-col gap-1 text-[0.8125rem] text-muted" aria-live="polite">
      <span className="tnum">
        {found.urls.length > 0 && <Plural value={found.urls.length} one="# address" other="# addresses" />}
        {found.repeated > 0 && (
          <>
            {" · "}
            <Plural value={found.repeated} one="# repeated" other="# repeated" />
          </>
        )}
        {found.unread.length > 0 && (
          <span className="text-failed">
            {found.urls.length > 0 && " · "}
            <Plural
              value={found.unread.length}
              one="# line is not an address"
              other="# lines are not addresses"
            />
          </span>
        )}
      </span>
      {shown.map(({ line, text }) => (
        <span key={line} className="truncate">
          <Trans>line {line}</Trans> <span className="font-mono text-fg">{text}</span>
        </span>
      ))}
      {rest > 0 && (
        <span>
          <Plural value={rest} one="and # more" other="and # more" />
        </span>
      )}
    </div>
  )
}

const Known = ({ link }: { readonly link: Link }) => {
  const [asked, setAsked] = useState(false)
  const since = dateOf(link.addedAt)
  const title = link.title === "" ? link.url : link.title
  return (
    <li className="flex flex-wrap items-center gap-2 border-b border-line/70 py-2 last:border-0">
      <span className="min-w-0 grow basis-48">
        <span className="block truncate" lang={langOf(title)}>
          {title}
        </span>
        <span className="text-xs text-muted">
          <Trans>already here since {since}</Trans>
        </span>
      </span>
      <Anchor href={`/links/${encodeURIComponent(link.id)}`} className="btn btn-small">
        <Trans>Open</Trans>
      </Anchor>
      <button
        type="button"
        className="btn btn-small"
        disabled={asked}
        onClick={() => {
          setAsked(true)
          void askAgain([link.id])
        }}
      >
        <Icon name={asked ? "check" : "again"} size={14} />
        <Trans>New version</Trans>
      </button>
    </li>
  )
}

const Outcome = ({ added }: { readonly added: Added }) => (
  <section aria-live="polite" className="card p-3">
    <p className="font-semibold">
      <Plural value={added.fresh.length} _0="Nothing new" one="# link added" other="# links added" />
      {" · "}
      <Plural value={added.known.length} one="# was here already" other="# were here already" />
    </p>
    <ul className="mt-1">
      {added.known.slice(0, 20).map((link) => (
        <Known key={link.id} link={link} />
      ))}
    </ul>
  </section>
)

interface Props {
  readonly start: string
  readonly startTags: ReadonlyArray<string>
  readonly startNote?: string
  readonly rows: number
  /** Everything was new: the caller leads on. Otherwise the form stays and shows what was there. */
  readonly onAdded: (added: Added) => void
}

export const AddForm = ({ start, startTags, startNote = "", rows, onAdded }: Props) => {
  const { t } = useLingui()
  const id = useId()
  const offline = useOffline()
  const [text, setText] = useState(start)
  const [tags, setTags] = useState<ReadonlyArray<string>>(startTags.length > 0 ? startTags : recallTags)
  const [note, setNote] = useState(startNote)
  const [busy, setBusy] = useState(false)
  const [added, setAdded] = useState<Added | null>(null)
  const found = recognise(text)
  const urls = found.urls.length
  const send = async () => {
    if (urls === 0 || busy || offline !== null) return
    setBusy(true)
    await attempt(async () => {
      const outcome = await add(found.urls, tags, note.trim())
      try {
        sessionStorage.setItem(rememberedTags, JSON.stringify(tags))
      } catch {
        // Not remembered, then.
      }
      setText(found.unread.map((line) => line.text).join("\n"))
      setNote("")
      if (outcome.known.length > 0) setAdded(outcome)
      else setAdded(null)
      onAdded(outcome)
    })
    setBusy(false)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event) || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    void send()
  }
  return (
    <form
      className="flex flex-col gap-4"
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <div className="flex flex-col gap-1.5">
        <label htmlFor={`${id}-urls`} className="font-semibold">
          <Trans>Addresses, one per line</Trans>
        </label>
        <textarea
          id={`${id}-urls`}
          className="field w-full resize-y py-2 font-mono text-[0.8125rem] leading-6"
          rows={rows}
          autoFocus
          spellCheck={false}
          placeholder="https://"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Findings found={found} />
      </div>
      <div className="flex flex-col gap-1.5">
        <span className="font-semibold">
          <Trans>Tags</Trans>
        </span>
        <TagField label={t`Tags`} tags={tags} onChange={setTags} placeholder={t`for all of them`} />
      </div>
      <div className="flex flex-col gap-1.5">
        <label htmlFor={`${id}-note`} className="font-semibold">
          <Trans>Note</Trans>
        </label>
        <input
          id={`${id}-note`}
          className="field h-9 w-full"
          value={note}
          onChange={(event) => setNote(event.target.value)}
          onKeyDown={(event) => isComposing(event) && event.stopPropagation()}
        />
      </div>
      <div className="flex flex-wrap items-center gap-3">
        <button
          type="submit"
          className="btn btn-primary h-9 px-4"
          disabled={urls === 0 || busy || offline !== null}
          title={offline ?? undefined}
        >
          <Plural value={urls} _0="Add" one="Add # link" other="Add # links" />
        </button>
        <span className="text-xs text-muted max-sm:hidden">
          <span className="kbd">Ctrl</span> <span className="kbd">Enter</span>
        </span>
        {offline !== null && <span className="text-muted">{offline}</span>}
      </div>
      {added !== null && <Outcome added={added} />}
    </form>
  )
}
