/** New sectors: by hand, or one after the other by themselves. */
import { Trans, useLingui } from "@lingui/react/macro"
import { useEffect, useState } from "react"
import { api } from "../lib/api.ts"
import { writtenDuration } from "../lib/format.ts"
import { attempt } from "../lib/toast.ts"
import type { AutoPledge } from "../lib/types.ts"
import { useOffline } from "../parts/Connection.tsx"
import { Icon } from "../parts/Icon.tsx"

const mostAtOnce = 100
const everyChoices = ["30 s", "1 min", "10 min", "1 h"]

const AutoPledgeSwitch = ({ off }: { readonly off: boolean }) => {
  const { t } = useLingui()
  const [auto, setAuto] = useState<AutoPledge | null>(null)
  useEffect(() => {
    void api<AutoPledge>("GET", "/sealing/auto-pledge")
      .then(setAuto)
      .catch(() => {})
  }, [])
  const change = (next: Partial<AutoPledge>) => {
    const before = auto
    // Shown at once; a refusal takes it back and says why.
    setAuto(auto === null ? null : { ...auto, ...next })
    void attempt(async () =>
      setAuto(await api<AutoPledge>("POST", "/sealing/auto-pledge", { body: { ...before, ...next } })),
    ).then((done) => {
      if (!done) setAuto(before)
    })
  }
  if (auto === null) return null
  const choices = everyChoices.includes(auto.every) ? everyChoices : [auto.every, ...everyChoices]
  return (
    <div className="flex items-center gap-2 whitespace-nowrap">
      <label className="flex items-center gap-1.5">
        <input
          type="checkbox"
          className="size-4"
          checked={auto.enabled}
          disabled={off}
          onChange={(event) => change({ enabled: event.target.checked })}
        />
        <Trans>auto-pledge every</Trans>
      </label>
      <select
        className="field h-8 px-1.5"
        aria-label={t`Auto-pledge every`}
        value={auto.every}
        disabled={off}
        onChange={(event) => change({ every: event.target.value })}
      >
        {choices.map((every) => (
          <option key={every} value={every}>
            {writtenDuration(every)}
          </option>
        ))}
      </select>
    </div>
  )
}

export const Pledge = () => {
  const { t } = useLingui()
  const off = useOffline() !== null
  const [count, setCount] = useState("1")
  const [busy, setBusy] = useState(false)
  const number = Number(count)
  const valid = Number.isInteger(number) && number >= 1 && number <= mostAtOnce
  const pledge = async () => {
    setBusy(true)
    await attempt(() => api("POST", "/sectors", { body: { count: number } }))
    setBusy(false)
  }
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <form
        className="flex items-center gap-1.5"
        onSubmit={(event) => {
          event.preventDefault()
          if (valid) void pledge()
        }}
      >
        <input
          type="number"
          min={1}
          max={mostAtOnce}
          className="field tnum h-8 w-16 px-2"
          aria-label={t`How many sectors`}
          value={count}
          onChange={(event) => setCount(event.target.value)}
        />
        <button type="submit" className="btn" disabled={off || busy || !valid}>
          <Icon name="plus" />
          <Trans>Pledge</Trans>
        </button>
      </form>
      <AutoPledgeSwitch off={off} />
    </div>
  )
}
