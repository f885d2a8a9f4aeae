/** Why a sector waits and how long still: one sentence from data, and a countdown on the sealing clock. */
import { useLingui as useRuntime } from "@lingui/react"
import { Trans } from "@lingui/react/macro"
import type { ReactNode } from "react"
import { duration, exact, isoTime } from "../lib/format.ts"
import { useFastNow } from "../lib/now.ts"
import { useStore } from "../lib/Store.ts"
import { clock, epochMillis, sealingNow, type ReadClock } from "../lib/world.ts"
import { causeOf, glosses, nameOf, type Cause } from "./states.ts"
import { timeOf } from "./times.ts"
import { WhyText } from "./WhyText.tsx"

const sentences: Readonly<Record<Cause, ReactNode>> = {
  worker: <Trans>A worker does this step, or one has to come free for it.</Trans>,
  chain: <Trans>It waits for the chain: for a message to land, or for an epoch to come.</Trans>,
  timer: <Trans>The step failed. It is tried again after a pause.</Trans>,
  batch: <Trans>It waits for a batch to fill, or for the batch's latest moment.</Trans>,
  limit: <Trans>It waits until there is room under a limit.</Trans>,
  operator: <Trans>Nothing is scheduled. It needs an event from you.</Trans>,
  deals: <Trans>It collects deals until it is full, or until its time is up.</Trans>,
  nothing: <Trans>Nothing more has to happen.</Trans>,
  dead: <Trans>It cannot go on from here by itself.</Trans>,
}

const Countdown = ({
  since,
  until,
  read,
}: {
  readonly since: number | null
  readonly until: number
  readonly read: ReadClock
}) => {
  const now = useFastNow()
  const at = sealingNow(read, now)
  const left = Math.max(0, until - at)
  const from = since ?? until - left
  const whole = Math.max(1, until - from)
  const passed = Math.min(whole, Math.max(0, at - from))
  const epochs = Math.ceil(left / epochMillis)
  const there = duration(Math.ceil(left / 1_000) * 1_000)
  const here = duration(Math.ceil(left / read.scale / 1_000) * 1_000)
  const date = isoTime(until)
  const count = exact(epochs)
  return (
    <div className="mt-2">
      <progress value={passed} max={whole} className="meter w-full" aria-label={date} />
      <p className="tnum mt-1.5 text-[0.8125rem]">
        {left === 0 ? (
          <Trans>Due now.</Trans>
        ) : (
          <>
            <Trans>
              {there} left ({count} epochs), until {date}.
            </Trans>{" "}
            <span className="text-muted">
              {read.mode === "paused" ? (
                <Trans>The clock is paused.</Trans>
              ) : (
                read.scale > 1 && <Trans>{here} in real time.</Trans>
              )}
            </span>
          </>
        )}
      </p>
    </div>
  )
}

/** What the daemon says it waits for; what the state says where that tells more. */
const kinds: ReadonlySet<string> = new Set(["worker", "chain", "timer", "batch", "limit", "operator", "dead"])
const causeFrom = (state: string, kind: string | null): Cause => {
  const usual = causeOf(state)
  if (kind === null || !kinds.has(kind) || usual === "nothing" || usual === "deals") return usual
  return kind as Cause
}

interface Props {
  readonly state: string
  /** The daemon's word for what it waits for, when it gives one. */
  readonly kind: string | null
  readonly why: string
  readonly since: unknown
  readonly until: unknown
}

export const WhyWaiting = ({ state, kind, why, since, until }: Props) => {
  const read = useStore(clock)
  const end = timeOf(until)
  const { _ } = useRuntime()
  const cause = causeFrom(state, kind)
  const gloss = glosses[state]
  const resting = cause === "nothing"
  return (
    <section className="rounded-md bg-sunken p-3">
      <h3 className="font-semibold">
        {resting ? <Trans>At rest</Trans> : <Trans>Why is it waiting?</Trans>}
      </h3>
      {gloss !== undefined && (
        <p>
          <span lang="en">{nameOf(state)}</span>
          <Trans>: {_(gloss)}</Trans>
        </p>
      )}
      <p>{sentences[cause]}</p>
      {why !== "" && (
        <p className="mt-1 text-[0.8125rem] text-muted [overflow-wrap:anywhere]">
          <WhyText why={why} />
        </p>
      )}
      {end !== null && read !== null ? (
        <Countdown since={timeOf(since)} until={end} read={read} />
      ) : (
        !resting &&
        cause !== "operator" &&
        cause !== "dead" && (
          <p className="mt-1 text-[0.8125rem] text-muted">
            <Trans>When it ends is not known.</Trans>
          </p>
        )
      )}
    </section>
  )
}
