/** One row: native elements, a fixed height, text cut with an ellipsis. It reads its own link from the store. */
import { useLingui as useRuntime } from "@lingui/react"
import { Plural, Trans, useLingui } from "@lingui/react/macro"
import { memo, useState, type ReactNode } from "react"
import { ago, duration, exact, fullTime, langOf, siteOf } from "../lib/format.ts"
import { busySince, isBusy, links, progress } from "../lib/links.ts"
import type { Excerpt } from "../lib/LinkList.ts"
import { useFastNow, useSlowNow } from "../lib/now.ts"
import { useKey } from "../lib/Store.ts"
import type { Link, Progress } from "../lib/types.ts"
import { Icon } from "../parts/Icon.tsx"
import { StateMark } from "../parts/StateMark.tsx"
import { piecesOf, startNearHit } from "./excerpt.ts"
import { failureSentence, failureWord } from "./failures.ts"
import { reasonWord } from "./reasons.ts"
import { doubtWords, linkLooks, stepWords } from "./states.ts"

interface Props {
  readonly id: string
  readonly index: number
  readonly top: number
  readonly height: number
  readonly narrow: boolean
  readonly checked: boolean
  readonly cursor: boolean
  readonly excerpt: Excerpt | undefined
  readonly wanted: ReadonlyArray<string>
  /** Off while the list is being scrolled: no picture is asked for a row that flies by. */
  readonly pictures: boolean
}

const seenIcons = new Set<string>()

const Favicon = ({ link, pictures }: { readonly link: Link; readonly pictures: boolean }) => {
  const [broken, setBroken] = useState(false)
  const latest = link.latest
  const has = latest?.artefacts.some((each) => each.name === "favicon" && each.status === "ok") === true
  const show = has && !broken && (pictures || seenIcons.has(link.id))
  if (!show || latest === null) {
    const [letter = ""] = siteOf(link.url)
    // The first digit of a numeric address says nothing about the site.
    return /\p{L}/u.test(letter) ? (
      <span
        aria-hidden="true"
        className="grid size-4 shrink-0 place-items-center rounded-sm bg-fg/8 text-[0.625rem] leading-none font-semibold text-muted uppercase"
      >
        {letter}
      </span>
    ) : (
      <Icon name="globe" className="size-4 shrink-0 text-muted" />
    )
  }
  seenIcons.add(link.id)
  return (
    <img
      alt=""
      width={16}
      height={16}
      loading="lazy"
      decoding="async"
      className="size-4 shrink-0 rounded-sm"
      src={`/api/v1/snapshots/${encodeURIComponent(latest.id)}/artefacts/favicon`}
      onError={() => setBroken(true)}
    />
  )
}

const shownSince = 5_000

const Working = ({ id, step }: { readonly id: string; readonly step: Progress | undefined }) => {
  const { _ } = useRuntime()
  const now = useFastNow()
  const since = busySince.get(id)
  const passed = since === undefined ? 0 : now - since
  const word = step === undefined ? undefined : stepWords[step.step]
  return (
    <>
      {step !== undefined && <span>{word === undefined ? step.step : _(word)}</span>}
      {passed > shownSince && <span className="tnum"> · {duration(Math.floor(passed / 1000) * 1000)}</span>}
    </>
  )
}

const RetryIn = ({ at }: { readonly at: string }) => {
  const left = Date.parse(at) - useFastNow()
  // A row has room for one unit; the link's page counts the seconds.
  const step = left > 60_000 ? 60_000 : 1_000
  const time = duration(Math.max(1_000, Math.ceil(left / step) * step))
  return left > 0 ? <Trans>retry in {time}</Trans> : <Trans>retry is due</Trans>
}

/** What is not normal about this link, in a few words: nothing for a link that is simply saved. */
const Reason = ({ link, step }: { readonly link: Link; readonly step: Progress | undefined }): ReactNode => {
  const { _ } = useRuntime()
  if (isBusy(link.state) && link.state !== "queued") return <Working id={link.id} step={step} />
  if (link.failure !== null) {
    const sentence = failureSentence(link.failure.code)
    return (
      <>
        <span className="text-failed" title={sentence === null ? link.failure.message : _(sentence)}>
          {failureWord(link.failure.code, _)}
        </span>
        {link.failure.retryAt !== null && (
          <span className="tnum">
            {" · "}
            <RetryIn at={link.failure.retryAt} />
          </span>
        )}
      </>
    )
  }
  if (link.state === "doubtful") {
    const reasons = link.latest?.verdict.reasons ?? []
    return reasons
      .map((reason) => (doubtWords[reason] === undefined ? reason : _(doubtWords[reason])))
      .join(", ")
  }
  const missing = link.latest?.artefacts.filter((each) => each.status === "failed") ?? []
  if (missing.length > 0) {
    return (
      <span title={missing.map((each) => `${each.name}: ${reasonWord(each.reason ?? "", _)}`).join("\n")}>
        <Plural value={missing.length} one="# part missing" other="# parts missing" />
      </span>
    )
  }
  return link.latest?.partial === true ? <Trans>partial</Trans> : null
}

/** Whether there is a reason to tell. */
const isUnusual = (link: Link): boolean =>
  link.failure !== null ||
  link.state === "doubtful" ||
  (isBusy(link.state) && link.state !== "queued") ||
  link.latest?.partial === true ||
  link.latest?.artefacts.some((each) => each.status === "failed") === true

const shownTags = 3

const TagChips = ({ link }: { readonly link: Link }) => {
  const rest = link.tags.slice(shownTags)
  return (
    <>
      {link.tags.slice(0, shownTags).map((tag) => (
        <button
          key={tag}
          type="button"
          data-do="tag"
          data-tag={tag}
          lang={langOf(tag)}
          title={tag}
          className="chip min-w-0"
        >
          <span className="truncate">{tag}</span>
        </button>
      ))}
      {rest.length > 0 && (
        <span className="shrink-0 text-xs text-muted" title={rest.join(", ")}>
          +{rest.length}
        </span>
      )}
    </>
  )
}

/** Latin letters before the first hit that leave it room, in a line as narrow as a phone and in a wide one. */
const leadRoom = { narrow: 14, wide: 36 } as const

const Marked = ({ excerpt, room }: { readonly excerpt: Excerpt; readonly room: number }) => (
  <div className="truncate pl-6 text-[0.8125rem] text-muted" lang={langOf(excerpt.html)}>
    {startNearHit(piecesOf(excerpt.html), room).map((piece, index) =>
      piece.hit ? <mark key={index}>{piece.text}</mark> : piece.text,
    )}
  </div>
)

const Again = ({ link }: { readonly link: Link }) =>
  link.state === "failed" || link.state === "cancelled" ? (
    <button type="button" data-do="again" className="btn btn-small shrink-0">
      <Trans>Retry</Trans>
    </button>
  ) : null

const Title = ({ link, pictures }: { readonly link: Link; readonly pictures: boolean }) => {
  const title = link.title === "" ? link.url : link.title
  return (
    <>
      <Favicon link={link} pictures={pictures} />
      <a
        data-do="open"
        href={`/links/${encodeURIComponent(link.id)}`}
        lang={langOf(title)}
        title={title}
        className="min-w-0 shrink-[2] truncate hover:underline"
      >
        {title}
      </a>
    </>
  )
}

interface CellsProps {
  readonly link: Link
  readonly step: Progress | undefined
  readonly pictures: boolean
  readonly excerpt: Excerpt | undefined
  /** What is not normal, or null. */
  readonly reason: ReactNode
}

const WideCells = ({ link, step, pictures, excerpt, reason }: CellsProps) => {
  const { t } = useLingui()
  const versions = link.latest?.version ?? 0
  return (
    <>
      <span role="cell" className="flex items-center">
        <StateMark state={link.state} progress={step} />
      </span>
      <span role="cell" className="min-w-0">
        <span className="flex min-w-0 items-center gap-2">
          <Title link={link} pictures={pictures} />
          <span className="flex h-5.5 min-w-0 shrink flex-wrap gap-1 overflow-hidden">
            <TagChips link={link} />
          </span>
          <span className="ml-auto min-w-0 shrink-[0.4] truncate pl-2 text-right text-xs text-muted">
            {reason}
          </span>
          <Again link={link} />
        </span>
        {excerpt !== undefined && <Marked excerpt={excerpt} room={leadRoom.wide} />}
      </span>
      <span role="cell" className="truncate text-[0.8125rem] text-muted">
        {siteOf(link.url)}
      </span>
      <span
        role="cell"
        className="tnum text-right text-xs text-muted max-[1100px]:hidden"
        title={versions > 0 ? t`${exact(versions)} versions` : undefined}
      >
        {versions > 0 ? `v${versions}` : "–"}
      </span>
    </>
  )
}

const NarrowCells = ({ link, step, pictures, excerpt, reason }: CellsProps) => (
  <span role="cell" className="min-w-0">
    <span className="flex min-w-0 items-center gap-2">
      <Title link={link} pictures={pictures} />
    </span>
    <span className="mt-0.5 flex min-w-0 items-center gap-2 text-xs text-muted">
      <StateMark state={link.state} progress={step} />
      <span className="truncate">{reason ?? siteOf(link.url)}</span>
    </span>
    {excerpt !== undefined && <Marked excerpt={excerpt} room={leadRoom.narrow} />}
  </span>
)

const useReason = (
  link: Link | undefined,
  step: Progress | undefined,
  wanted: ReadonlyArray<string>,
): ReactNode => {
  const { t } = useLingui()
  const { _ } = useRuntime()
  if (link === undefined) return null
  if (movedOn(link, wanted)) return t`moved: ${_(linkLooks[link.state].word)}`
  return isUnusual(link) ? <Reason link={link} step={step} /> : null
}

/** The row no longer matches what was asked for: it stays where it is, and says so. */
const movedOn = (link: Link, wanted: ReadonlyArray<string>) =>
  wanted.length > 0 && !wanted.includes(link.state)

export const LinkRow = memo((props: Props) => {
  const { t } = useLingui()
  const link = useKey(links, props.id)
  const step = useKey(progress, props.id)
  const now = useSlowNow()
  const reason = useReason(link, step, props.wanted)
  const style = { height: props.height, transform: `translateY(${props.top}px)` }
  if (link === undefined) return <div role="row" className="row" style={style} />
  const title = link.title === "" ? link.url : link.title
  const Cells = props.narrow ? NarrowCells : WideCells
  return (
    <div
      role="row"
      data-id={link.id}
      aria-rowindex={props.index + 1}
      data-checked={props.checked}
      data-cursor={props.cursor}
      className={`row links-grid ${movedOn(link, props.wanted) ? "opacity-60" : ""}`}
      style={style}
    >
      <span role="cell" className="grid place-items-center">
        <input
          type="checkbox"
          data-do="check"
          checked={props.checked}
          readOnly
          aria-label={t`Select ${title}`}
          className="size-4 [scale:1.05]"
        />
      </span>
      <Cells link={link} step={step} pictures={props.pictures} excerpt={props.excerpt} reason={reason} />
      <span role="cell" className="text-right text-xs whitespace-nowrap text-muted">
        <time dateTime={link.addedAt} title={fullTime(link.addedAt)}>
          {ago(link.addedAt, now)}
        </time>
      </span>
      <span role="cell">
        <button
          type="button"
          data-do="menu"
          aria-haspopup="menu"
          aria-label={t`Actions for ${title}`}
          className="btn btn-quiet btn-small btn-icon text-muted"
        >
          <Icon name="more" />
        </button>
      </span>
    </div>
  )
})
LinkRow.displayName = "LinkRow"
