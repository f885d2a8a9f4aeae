/** The log of a sector, newest first, as `sectors status --log` prints it. */
import { Plural, Trans } from "@lingui/react/macro"
import { useState } from "react"
import { isoTime } from "../lib/format.ts"
import type { SectorLogEntry } from "../lib/types.ts"

const shownEntries = 50

const eventOf = (kind: string) => kind.replace(/^event;(sealing\.)?/, "")

const payloadOf = (message: string): string => {
  try {
    const parsed: unknown = JSON.parse(message)
    const user = typeof parsed === "object" && parsed !== null && "User" in parsed ? parsed.User : parsed
    if (typeof user === "object" && user !== null && Object.keys(user).length === 0) return ""
    return JSON.stringify(user)
  } catch {
    return message
  }
}

export const SectorLog = ({ log }: { readonly log: ReadonlyArray<SectorLogEntry> }) => {
  const [shown, setShown] = useState(shownEntries)
  const newest = [...log].reverse()
  const rest = Math.max(0, newest.length - shown)
  if (log.length === 0) {
    return (
      <p className="text-muted">
        <Trans>The log is empty.</Trans>
      </p>
    )
  }
  return (
    <>
      <ol className="flex flex-col">
        {newest.slice(0, shown).map((entry, index) => (
          <li key={log.length - index} className="border-b border-line/70 py-1.5 last:border-0">
            <div className="flex flex-wrap items-baseline justify-between gap-x-3">
              <span
                lang="en"
                className={`min-w-0 [overflow-wrap:anywhere] ${entry.Trace === "" ? "" : "text-failed"}`}
              >
                {eventOf(entry.Kind)}
              </span>
              <time
                dateTime={new Date(entry.Timestamp * 1_000).toISOString()}
                className="text-xs whitespace-nowrap text-muted"
              >
                {isoTime(entry.Timestamp * 1_000)}
              </time>
            </div>
            {payloadOf(entry.Message) !== "" && (
              <div
                lang="en"
                className="line-clamp-2 font-mono text-xs break-all text-muted"
                title={payloadOf(entry.Message)}
              >
                {payloadOf(entry.Message)}
              </div>
            )}
            {entry.Trace !== "" && (
              <div lang="en" className="text-xs text-failed [overflow-wrap:anywhere]">
                {entry.Trace}
              </div>
            )}
          </li>
        ))}
      </ol>
      {rest > 0 && (
        <button type="button" className="btn btn-small mt-2" onClick={() => setShown(shown + 200)}>
          <Plural value={rest} one="# earlier entry" other="# earlier entries" />
        </button>
      )}
    </>
  )
}
