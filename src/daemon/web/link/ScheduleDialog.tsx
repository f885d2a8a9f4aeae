/**
 * How often a link is captured again by itself. What is chosen counts at once: the new schedule is made before the old
 * one goes, so that a refusal leaves the link as it was.
 */
import { Trans } from "@lingui/react/macro"
import { useEffect, useState } from "react"
import { api } from "../lib/api.ts"
import { fullTime, writtenDuration } from "../lib/format.ts"
import { Sheet } from "../parts/Overlays.tsx"
import { Refused } from "../parts/Refused.tsx"

interface Schedule {
  readonly id: string
  readonly target: { readonly kind: "link" | "tag" | "query"; readonly value: string }
  readonly every: string | null
  readonly cron: string | null
  readonly nextAt: string
}
type Schedules = { readonly schedules: ReadonlyArray<Schedule> }

const offered = ["1 d", "7 d", "30 d"]
const never = "never"

const ofLink = async (id: string): Promise<ReadonlyArray<Schedule>> =>
  (await api<Schedules>("GET", "/schedules")).schedules.filter(
    ({ target }) => target.kind === "link" && target.value === id,
  )

const change = async (id: string, before: ReadonlyArray<Schedule>, every: string) => {
  if (every !== never) await api<Schedules>("POST", "/schedules", { body: { link: id, every } })
  for (const old of before) await api("DELETE", `/schedules/${encodeURIComponent(old.id)}`)
  return ofLink(id)
}

const errorOf = (cause: unknown) => (cause instanceof Error ? cause : new Error(String(cause)))

const Choice = ({ id }: { readonly id: string }) => {
  const [set, setSet] = useState<ReadonlyArray<Schedule> | null>(null)
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<Error | null>(null)
  useEffect(() => {
    ofLink(id).then(setSet, (cause: unknown) => setRefused(errorOf(cause)))
  }, [id])
  const now = set?.[0]
  const value = now === undefined ? never : (now.every ?? now.cron ?? never)
  const choose = async (every: string) => {
    if (set === null || busy || every === value) return
    setBusy(true)
    await change(id, set, every).then(
      (after) => {
        setSet(after)
        setRefused(null)
      },
      (cause: unknown) => setRefused(errorOf(cause)),
    )
    setBusy(false)
  }
  const others = value === never || offered.includes(value) ? [] : [value]
  const nextAt = now === undefined ? "" : fullTime(now.nextAt)
  return (
    <fieldset className="flex flex-col gap-1" disabled={set === null} aria-busy={busy || set === null}>
      <legend className="sr-only">
        <Trans>New versions</Trans>
      </legend>
      {[never, ...offered, ...others].map((every) => {
        const time = writtenDuration(every)
        return (
          <label key={every} className="flex min-h-8 items-center gap-2">
            <input
              type="radio"
              name="every"
              className="size-4 accent-accent"
              checked={set !== null && every === value}
              onChange={() => void choose(every)}
            />
            {every === never ? (
              <Trans>Only when asked</Trans>
            ) : every === now?.cron ? (
              <code>{every}</code>
            ) : (
              <Trans>Every {time}</Trans>
            )}
          </label>
        )
      })}
      <p className="mt-2 min-h-10 text-[0.8125rem] text-muted" aria-live="polite">
        {refused !== null ? (
          <span className="text-failed">
            <Refused cause={refused} />
          </span>
        ) : now === undefined ? (
          <Trans>
            A new version is taken when you ask for it, or when a schedule of a tag or a search does.
          </Trans>
        ) : (
          <Trans>The next one is taken {nextAt}. A page that has not changed gives no new version.</Trans>
        )}
      </p>
    </fieldset>
  )
}

const ScheduleDialog = ({ id, onClose }: { readonly id: string; readonly onClose: () => void }) => (
  <Sheet title={<Trans>Capture regularly</Trans>} onClose={onClose} width="max-w-md">
    <Choice id={id} />
  </Sheet>
)
export default ScheduleDialog
