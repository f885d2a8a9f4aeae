/** What happened to the link, in order, with the time each step took. */
import { useLingui as useRuntime } from "@lingui/react"
import { Plural, Trans } from "@lingui/react/macro"
import { useState } from "react"
import { clockTime, dateOf, duration, fullTime } from "../lib/format.ts"
import type { Entry, LinkState } from "../lib/types.ts"
import { linkLooks } from "../links/states.ts"
import { Icon } from "../parts/Icon.tsx"
import { detailWords, eventWords } from "./entryWords.ts"

const shownEntries = 60

const Line = ({
  entry,
  before,
  day,
}: {
  readonly entry: Entry
  readonly before: Entry | undefined
  readonly day: boolean
}) => {
  const { _ } = useRuntime()
  const look = linkLooks[entry.to as LinkState]
  const passed = before === undefined ? 0 : Date.parse(entry.at) - Date.parse(before.at)
  const word = eventWords[entry.event]
  const detail = detailWords(entry, _)
  return (
    <>
      {day && <li className="eyebrow pt-3 pb-1 first:pt-0">{dateOf(entry.at)}</li>}
      <li className="grid grid-cols-[4.5rem_minmax(0,1fr)_auto] items-center gap-3 py-1 sm:grid-cols-[4.5rem_7.5rem_minmax(0,1fr)_auto]">
        <time dateTime={entry.at} title={fullTime(entry.at)} className="text-[0.8125rem] text-muted">
          {clockTime(entry.at)}
        </time>
        <span>
          {look === undefined ? (
            <span className="font-mono text-xs">{entry.to}</span>
          ) : (
            <span className={`state ${look.kind}`}>
              <Icon name={look.glyph} />
              {_(look.word)}
            </span>
          )}
        </span>
        <span
          className="min-w-0 text-[0.8125rem] text-muted [overflow-wrap:anywhere] max-sm:col-span-3 max-sm:row-start-2 max-sm:pl-[5.25rem]"
          title={entry.event}
        >
          {word === undefined ? <span lang="en">{entry.event}</span> : _(word)}
          {detail !== "" && <span className="text-fg"> · {detail}</span>}
        </span>
        <span className="tnum text-right text-xs whitespace-nowrap text-muted">
          {passed > 0 && passed < 86_400_000 ? `+${duration(passed)}` : ""}
        </span>
      </li>
    </>
  )
}

export const Timeline = ({
  entries,
  open,
}: {
  readonly entries: ReadonlyArray<Entry>
  readonly open: boolean
}) => {
  const [all, setAll] = useState(false)
  const shown = all ? entries : entries.slice(-shownEntries)
  const hidden = entries.length - shown.length
  return (
    <details className="card" open={open}>
      <summary className="flex items-center gap-2 px-4 py-2.5 font-semibold">
        <Trans>Timeline</Trans>
        <span className="tnum text-xs font-normal text-muted">
          <Plural value={entries.length} one="# entry" other="# entries" />
        </span>
      </summary>
      <div className="border-t border-line px-4 py-3">
        {hidden > 0 && (
          <button type="button" className="btn btn-small mb-2" onClick={() => setAll(true)}>
            <Plural value={hidden} one="Show # earlier" other="Show # earlier" />
          </button>
        )}
        <ol>
          {shown.map((entry, index) => (
            <Line
              key={`${entry.at}-${index}`}
              entry={entry}
              before={shown[index - 1]}
              day={dateOf(entry.at) !== dateOf(shown[index - 1]?.at ?? "")}
            />
          ))}
        </ol>
      </div>
    </details>
  )
}
