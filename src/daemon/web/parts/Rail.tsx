/** The way around: a rail on the left, icons only when it is narrow, a bar at the bottom on a phone. */
import { msg } from "@lingui/core/macro"
import type { MessageDescriptor } from "@lingui/core"
import { Trans, useLingui } from "@lingui/react/macro"
import { lazy, Suspense, useEffect, useState, type ReactNode } from "react"
import { Link, useLocation } from "wouter"
import { api } from "../lib/api.ts"
import { onMessage } from "../lib/events.ts"
import { count, exact, langOf } from "../lib/format.ts"
import { withTag } from "../lib/query.ts"
import { useSearch } from "../lib/search.ts"
import { useStore } from "../lib/Store.ts"
import type { TagCount } from "../lib/types.ts"
import { linkCounts, sum } from "../lib/world.ts"
import { Connection } from "./Connection.tsx"
import { Icon, type Glyph } from "./Icon.tsx"
import { ThemeSwitch } from "./ThemeSwitch.tsx"

const TagsDialog = lazy(() => import("../links/TagsDialog.tsx"))

interface Room {
  readonly to: string
  readonly icon: Glyph
  readonly name: MessageDescriptor
}

const rooms: ReadonlyArray<Room> = [
  { to: "/", icon: "links", name: msg`Links` },
  { to: "/add", icon: "plus", name: msg`Add` },
  { to: "/sealing", icon: "sealing", name: msg`Sealing` },
  { to: "/settings", icon: "settings", name: msg`Settings` },
]

const isHere = (path: string, to: string) =>
  to === "/" ? path === "/" || path.startsWith("/links/") : path === to

const RoomLink = ({ room }: { readonly room: Room }) => {
  const [path] = useLocation()
  const { i18n } = useLingui()
  const name = i18n._(room.name)
  return (
    <Link
      href={room.to}
      aria-current={isHere(path, room.to) ? "page" : undefined}
      title={name}
      className="flex h-9 shrink-0 items-center gap-2.5 rounded-md px-2.5 hover:bg-fg/6 aria-[current=page]:bg-sel aria-[current=page]:font-semibold slim:justify-center slim:px-0"
    >
      <Icon name={room.icon} size={18} />
      <span className="slim:sr-only">{name}</span>
    </Link>
  )
}

const View = ({
  query,
  children,
  number,
}: {
  readonly query: string
  readonly children: ReactNode
  readonly number?: number | undefined
}) => {
  const [path] = useLocation()
  const search = new URLSearchParams(useSearch()).get("q") ?? ""
  const here = path === "/" && search === query
  return (
    <Link
      href={query === "" ? "/" : `/?q=${encodeURIComponent(query)}`}
      aria-current={here ? "true" : undefined}
      className="flex h-7.5 shrink-0 items-center justify-between gap-2 rounded-md pr-2.5 pl-10 hover:bg-fg/6 aria-[current=true]:bg-fg/8"
    >
      <span className="truncate">{children}</span>
      {number !== undefined && number > 0 && (
        <span className="tnum text-xs text-muted" title={exact(number)}>
          {count(number)}
        </span>
      )}
    </Link>
  )
}

const Views = () => {
  const counts = useStore(linkCounts)
  const all =
    counts === null
      ? undefined
      : Object.entries(counts).reduce((n, [state, m]) => n + (state === "removed" || state === "" ? 0 : m), 0)
  return (
    <>
      <View query="" number={all}>
        <Trans>All</Trans>
      </View>
      <View query="state:failed,doubtful" number={sum(counts, ["failed", "doubtful"])}>
        <Trans>Needs attention</Trans>
      </View>
      <View
        query="state:queued,probing,capturing,storing"
        number={sum(counts, ["queued", "probing", "capturing", "storing"])}
      >
        <Trans>In progress</Trans>
      </View>
      <View query="tag:none">
        <Trans>Untagged</Trans>
      </View>
    </>
  )
}

const railTags = 14
const tagsAgainMillis = 3_000

/** The most used tags; asked again a little after links changed. */
const useTopTags = () => {
  const [tags, setTags] = useState<ReadonlyArray<TagCount>>([])
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const load = () => {
      timer = undefined
      void api<{ readonly tags: ReadonlyArray<TagCount> }>("GET", `/tags?limit=${railTags}`)
        .then((got) => setTags(got.tags))
        .catch(() => {})
    }
    load()
    const stop = onMessage("change", ({ kind }) => {
      if (kind === "link") timer ??= setTimeout(load, tagsAgainMillis)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [])
  return tags
}

const Tags = () => {
  const tags = useTopTags()
  const [managing, setManaging] = useState(false)
  if (tags.length === 0) return null
  const top = [...tags].sort((a, b) => b.count - a.count).slice(0, railTags)
  return (
    <section className="mt-4">
      <div className="flex items-center justify-between pr-1 pl-2.5">
        <h2 className="eyebrow">
          <Trans>Tags</Trans>
        </h2>
        <button
          type="button"
          className="btn btn-quiet btn-small text-muted"
          onClick={() => setManaging(true)}
        >
          <Trans>Manage</Trans>
        </button>
      </div>
      {top.map((tag) => (
        <View key={tag.name} query={withTag("", tag.name)} number={tag.count}>
          <span lang={langOf(tag.name)}>{tag.name}</span>
        </View>
      ))}
      <Suspense fallback={null}>{managing && <TagsDialog onClose={() => setManaging(false)} />}</Suspense>
    </section>
  )
}

export const Rail = ({ onHelp }: { readonly onHelp: () => void }) => {
  const { t } = useLingui()
  return (
    <header className="hidden w-14 shrink-0 flex-col border-r border-line bg-sunken rail:flex wide:w-54 slim:w-14">
      <Link
        href="/"
        className="flex h-12 shrink-0 items-center gap-2 px-3.5 text-base font-semibold slim:justify-center slim:px-0"
        aria-label="Linkseal"
      >
        <span className="grid size-6.5 place-items-center rounded-md bg-accent text-on-accent">
          <Icon name="links" size={18} />
        </span>
        <span className="slim:hidden">Linkseal</span>
      </Link>
      <nav aria-label={t`Main`} className="flex min-h-0 grow flex-col overflow-y-auto px-2 pb-3">
        <RoomLink room={rooms[0] as Room} />
        <div className="mt-0.5 mb-1 slim:hidden">
          <Views />
        </div>
        <RoomLink room={rooms[1] as Room} />
        <hr className="my-2 shrink-0 border-line" />
        <RoomLink room={rooms[2] as Room} />
        <RoomLink room={rooms[3] as Room} />
        <div className="slim:hidden">
          <Tags />
        </div>
      </nav>
      <div className="flex shrink-0 items-center justify-between gap-1 border-t border-line px-2.5 py-2 slim:flex-col">
        <Connection />
        <div className="flex gap-0.5 slim:flex-col">
          <button
            type="button"
            className="btn btn-quiet btn-small btn-icon"
            aria-label={t`Keyboard`}
            title={`${t`Keyboard`} (?)`}
            onClick={onHelp}
          >
            <Icon name="keyboard" />
          </button>
          <ThemeSwitch />
        </div>
      </div>
    </header>
  )
}

export const BottomBar = () => {
  const [path] = useLocation()
  const { t, i18n } = useLingui()
  return (
    <nav
      aria-label={t`Main`}
      className="fixed inset-x-0 bottom-0 z-30 grid h-14 grid-cols-4 border-t border-line bg-raised rail:hidden"
    >
      {rooms.map((room) => (
        <Link
          key={room.to}
          href={room.to}
          aria-current={isHere(path, room.to) ? "page" : undefined}
          className="flex flex-col items-center justify-center gap-0.5 text-xs text-muted aria-[current=page]:font-semibold aria-[current=page]:text-accent"
        >
          <Icon name={room.icon} size={20} />
          {i18n._(room.name)}
        </Link>
      ))}
    </nav>
  )
}
