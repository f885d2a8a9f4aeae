/**
 * What a version kept. Kept pages are hostile: they come from another origin, in a frame that may run nothing. The page
 * only ever gives the address; the daemon redirects it to a short-lived one.
 */
import { useLingui as useRuntime } from "@lingui/react"
import type { MessageDescriptor } from "@lingui/core"
import { msg } from "@lingui/core/macro"
import { Trans, useLingui } from "@lingui/react/macro"
import { useState } from "react"
import { bytes, dateOf, duration, fullTime } from "../lib/format.ts"
import type { Artefact, Snapshot } from "../lib/types.ts"
import { doubtWords } from "../links/states.ts"
import { Banner } from "../parts/Feedback.tsx"
import { Icon } from "../parts/Icon.tsx"
import { addressOf, kept } from "./artefacts.ts"
import { Reason } from "./Reason.tsx"

type TabId = "page" | "picture" | "text" | "file" | "data" | "parts"
interface Tab {
  readonly id: TabId
  readonly word: MessageDescriptor
  readonly artefact: string | null
}

const tabs: ReadonlyArray<Tab> = [
  { id: "page", word: msg`Page`, artefact: "page.html" },
  { id: "file", word: msg`File`, artefact: "original" },
  { id: "picture", word: msg`Picture`, artefact: "screenshot" },
  { id: "text", word: msg`Text`, artefact: "article.txt" },
  { id: "data", word: msg`Data`, artefact: "metadata.json" },
  { id: "parts", word: msg`Parts`, artefact: null },
]

const isPicture = (artefact: Artefact) =>
  artefact.mediaType.startsWith("image/") && artefact.mediaType !== "image/svg+xml"

const Shown = ({
  snapshot,
  artefact,
  title,
}: {
  readonly snapshot: Snapshot
  readonly artefact: Artefact
  readonly title: string
}) => {
  const address = addressOf(snapshot, artefact.name)
  if (isPicture(artefact)) {
    return (
      <div tabIndex={0} role="group" aria-label={title} className="h-[70vh] overflow-auto bg-sunken p-3">
        <img src={address} alt={title} className="mx-auto max-w-full shadow-pop" />
      </div>
    )
  }
  if (artefact.mediaType === "application/pdf") {
    return (
      <div className="grid h-60 place-items-center p-6 text-center">
        <a className="btn btn-primary" href={address} target="_blank" rel="noreferrer noopener">
          <Icon name="out" />
          <Trans>Open the kept file</Trans>
        </a>
      </div>
    )
  }
  // White, for kept pages and texts were made for white; they never see our colours.
  return (
    <iframe
      key={address}
      title={title}
      src={address}
      sandbox=""
      referrerPolicy="no-referrer"
      className="h-[70vh] w-full bg-white [color-scheme:light]"
    />
  )
}

const partMarks = {
  ok: ["k-good", "check"],
  skipped: ["k-gone", "circle"],
  failed: ["k-failed", "alert"],
} as const

const Part = ({ snapshot, part }: { readonly snapshot: Snapshot; readonly part: Artefact }) => {
  const { t } = useLingui()
  const [kind, glyph] = partMarks[part.status]
  const words = { ok: t`kept`, skipped: t`left out`, failed: t`failed` }
  return (
    <tr className="border-b border-line/70 last:border-0">
      <td className="py-2 pr-4 font-mono text-[0.8125rem]">
        {part.status === "ok" ? (
          <a className="link" href={addressOf(snapshot, part.name)} target="_blank" rel="noreferrer noopener">
            {part.name}
          </a>
        ) : (
          part.name
        )}
      </td>
      <td className="py-2 pr-4">
        <span className={`state ${kind}`}>
          <Icon name={glyph} />
          {words[part.status]}
        </span>
      </td>
      <td className="tnum py-2 pr-4 text-right whitespace-nowrap">
        {part.status === "ok" ? bytes(part.bytes) : ""}
      </td>
      <td className="py-2 text-[0.8125rem] text-muted">
        {part.reason !== null && <Reason reason={part.reason} />}
        {part.sha256 !== "" && (
          <span className="block truncate font-mono text-xs" title={`SHA-256 ${part.sha256}`}>
            {part.sha256.slice(0, 16)}…
          </span>
        )}
      </td>
    </tr>
  )
}

const Parts = ({ snapshot }: { readonly snapshot: Snapshot }) => (
  <div className="overflow-x-auto p-4" tabIndex={0} role="group">
    <table className="w-full min-w-120 border-collapse">
      <thead>
        <tr className="eyebrow text-left">
          <th className="pb-1 font-semibold">
            <Trans>Part</Trans>
          </th>
          <th className="pb-1 font-semibold">
            <Trans>State</Trans>
          </th>
          <th className="pr-4 pb-1 text-right font-semibold">
            <Trans>Size</Trans>
          </th>
          <th className="pb-1 font-semibold">
            <Trans>Reason, SHA-256</Trans>
          </th>
        </tr>
      </thead>
      <tbody>
        {snapshot.artefacts.map((part) => (
          <Part key={part.name} snapshot={snapshot} part={part} />
        ))}
      </tbody>
    </table>
  </div>
)

interface Props {
  readonly snapshot: Snapshot
  readonly newest: Snapshot | undefined
  readonly best: Snapshot | undefined
  readonly onNewest: () => void
}

/** A worse version never takes the place of a good one, and the page says so. */
const WorseNewer = ({ snapshot, newest, best, onNewest }: Props) => {
  const { _ } = useRuntime()
  if (newest === undefined || newest.id === snapshot.id || snapshot.id !== best?.id) return null
  const reasons = newest.verdict.reasons
    .map((reason) => (doubtWords[reason] === undefined ? reason : _(doubtWords[reason])))
    .join(", ")
  const newer = newest.version
  const shown = snapshot.version
  return (
    <Banner
      tone="work"
      actions={
        <button type="button" className="btn btn-small" onClick={onNewest}>
          <Trans>Show version {newer}</Trans>
        </button>
      }
    >
      <Trans>
        Version {newer} {reasons}; version {shown} is shown.
      </Trans>
    </Banner>
  )
}

export const Viewer = (props: Props) => {
  const { snapshot } = props
  const { t } = useLingui()
  const { _ } = useRuntime()
  const there = tabs.filter((tab) => tab.artefact === null || kept(snapshot, tab.artefact) !== undefined)
  const [chosen, setChosen] = useState<TabId>(there[0]?.id ?? "parts")
  const tab = there.find((each) => each.id === chosen) ?? there[0]
  const artefact = tab?.artefact === null || tab === undefined ? undefined : kept(snapshot, tab.artefact)
  const version = snapshot.version
  const taken = dateOf(snapshot.takenAt)
  const millis = duration(snapshot.millis)
  return (
    <section aria-label={t`Version ${version}`} className="card overflow-clip">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-3 py-2">
        <div role="group" aria-label={t`What to show`} className="seg max-w-full overflow-x-auto">
          {there.map((each) => (
            <button
              key={each.id}
              type="button"
              aria-pressed={each.id === tab?.id}
              onClick={() => setChosen(each.id)}
            >
              {_(each.word)}
            </button>
          ))}
        </div>
        <span className="tnum ml-auto text-xs text-muted" title={fullTime(snapshot.takenAt)}>
          <Trans>
            {taken} · took {millis}
          </Trans>
          {snapshot.httpStatus > 0 && ` · HTTP ${snapshot.httpStatus}`}
        </span>
        {artefact !== undefined && (
          <a
            className="btn btn-small btn-icon"
            href={addressOf(snapshot, artefact.name)}
            target="_blank"
            rel="noreferrer noopener"
            aria-label={t`Open in a new tab`}
            title={t`Open in a new tab`}
          >
            <Icon name="out" size={14} />
          </a>
        )}
      </div>
      <WorseNewer {...props} />
      {artefact === undefined || tab === undefined ? (
        <Parts snapshot={snapshot} />
      ) : (
        <Shown snapshot={snapshot} artefact={artefact} title={`${_(tab.word)}, ${t`version ${version}`}`} />
      )}
    </section>
  )
}
