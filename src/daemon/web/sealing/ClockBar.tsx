/** The clock of the sealing world: what time it is there, how fast it runs, and the ways to turn it forward. */
import { Trans, useLingui } from "@lingui/react/macro"
import { useState } from "react"
import { api } from "../lib/api.ts"
import { exact, isoTime } from "../lib/format.ts"
import { useKeys } from "../lib/keys.ts"
import { useFastNow } from "../lib/now.ts"
import { useStore } from "../lib/Store.ts"
import { attempt } from "../lib/toast.ts"
import type { ClockDocument } from "../lib/types.ts"
import { clock, epochAt, sealingNow, setClock } from "../lib/world.ts"
import { useOffline } from "../parts/Connection.tsx"
import { Icon } from "../parts/Icon.tsx"

const scales = [1, 60, 600, 3_600, 36_000] as const
const readableHertz = 4

const turnClock = (body: { readonly advance?: string; readonly scale?: number; readonly paused?: boolean }) =>
  attempt(async () => setClock(await api<ClockDocument>("POST", "/clock", { body })))

/** Digits that change faster than four times a second are not shown: they would be noise. */
const readableTime = (at: number, scale: number, paused: boolean): string => {
  const text = isoTime(at)
  if (paused || scale <= readableHertz) return text
  if (scale <= readableHertz * 60) return `${text.slice(0, 17)}··`
  return scale <= readableHertz * 3_600 ? `${text.slice(0, 14)}··:··` : `${text.slice(0, 11)}··:··:··`
}

export const ClockFace = () => {
  const { t } = useLingui()
  const read = useStore(clock)
  const now = useFastNow()
  if (read === null) return null
  const paused = read.mode === "paused"
  const at = sealingNow(read, now)
  return (
    <div
      role="group"
      className="tnum flex flex-wrap items-baseline gap-x-3 text-[0.8125rem] whitespace-nowrap"
      aria-label={t`Sealing clock`}
    >
      <span>
        <span className="text-muted">
          <Trans>epoch</Trans>
        </span>{" "}
        <span className="inline-block min-w-[4.5rem] font-semibold">{exact(epochAt(read, now))}</span>
      </span>
      <time dateTime={new Date(at).toISOString()}>{readableTime(at, read.scale, paused)}</time>
    </div>
  )
}

const Advance = ({ disabled }: { readonly disabled: boolean }) => {
  const { t } = useLingui()
  const [busy, setBusy] = useState<string | null>(null)
  const steps = [
    { by: "30 s", text: t`1 epoch` },
    { by: "1 h", text: t`1 h` },
    { by: "1 d", text: t`1 day` },
  ]
  const go = async (by: string) => {
    setBusy(by)
    await turnClock({ advance: by })
    setBusy(null)
  }
  return (
    <div role="group" aria-label={t`Turn the clock forward`} className="seg">
      {steps.map(({ by, text }) => (
        <button
          key={by}
          type="button"
          disabled={disabled || busy !== null}
          aria-busy={busy === by}
          className="disabled:text-muted"
          title={t`Turn the clock forward by ${text}`}
          onClick={() => void go(by)}
        >
          +{text}
        </button>
      ))}
    </div>
  )
}

export const ClockBar = () => {
  const { t } = useLingui()
  const read = useStore(clock)
  const offline = useOffline()
  const off = offline !== null || read === null
  const paused = read?.mode === "paused"
  const pause = () => void turnClock({ paused: !paused })
  const step = (by: number) => {
    const at = scales.findIndex((scale) => scale >= (read?.scale ?? 1))
    const next = scales[Math.max(0, Math.min(scales.length - 1, at + by))]
    if (next !== undefined) void turnClock({ scale: next })
  }
  useKeys({ pause, slower: () => step(-1), faster: () => step(1) })
  const other = read !== null && !(scales as ReadonlyArray<number>).includes(read.scale) ? [read.scale] : []
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-2" title={offline ?? undefined}>
      <button
        type="button"
        className={`btn ${paused ? "btn-primary" : ""}`}
        disabled={off}
        onClick={pause}
        title={`${paused ? t`Run` : t`Pause`} (p)`}
      >
        <Icon name={paused ? "play" : "pause"} />
        {paused ? <Trans>Run</Trans> : <Trans>Pause</Trans>}
      </button>
      <div role="group" aria-label={t`Speed`} className="seg max-w-full max-sm:[&>*]:px-1.5">
        {[...scales, ...other].map((scale) => (
          <button
            key={scale}
            type="button"
            disabled={off}
            aria-pressed={read?.scale === scale}
            className="tnum disabled:text-muted"
            onClick={() => void turnClock({ scale })}
          >
            {exact(scale)}×
          </button>
        ))}
      </div>
      <Advance disabled={off} />
    </div>
  )
}

/** Nothing moves while the clock stands: that must not be overlooked. */
export const PausedBand = () => {
  const read = useStore(clock)
  if (read?.mode !== "paused") return null
  return (
    <div className="k-work flex items-center gap-2 border-b border-line bg-(--kb) px-3 py-1.5 font-semibold text-(--k) sm:px-4">
      <Icon name="pause" />
      <Trans>The sealing clock is paused: nothing moves until it runs.</Trans>
    </div>
  )
}
