/** What capture is doing, on every page that shows links: how many now, how many wait, how long. */
import { Trans, useLingui } from "@lingui/react/macro"
import { api } from "../lib/api.ts"
import { count, duration } from "../lib/format.ts"
import { useStore } from "../lib/Store.ts"
import { attempt } from "../lib/toast.ts"
import { queue } from "../lib/world.ts"
import { useOffline } from "./Connection.tsx"
import { Icon } from "./Icon.tsx"
import type { Queue } from "../lib/types.ts"

const turn = (paused: boolean) =>
  attempt(async () => queue.set(await api<Queue>("POST", paused ? "/queue/resume" : "/queue/pause")))

export const QueuePill = () => {
  const now = useStore(queue)
  const offline = useOffline()
  const { t } = useLingui()
  if (now === null || (!now.paused && now.waiting === 0 && now.capturing === 0)) return null
  const capturing = count(now.capturing)
  const waiting = count(now.waiting)
  const eta = now.etaMillis === null ? null : duration(now.etaMillis)
  const name = now.paused ? t`Resume captures` : t`Pause captures`
  return (
    <div
      className={`${now.paused ? "k-work" : "k-accent"} flex h-8 items-center gap-2 rounded-full bg-(--kb) pr-1 pl-3 text-xs whitespace-nowrap text-(--k)`}
    >
      <Icon name={now.paused ? "pause" : "half"} size={14} className={now.paused ? "" : "spin"} />
      <span className="tnum">
        {now.paused ? (
          <Trans>paused · {waiting} waiting</Trans>
        ) : (
          <>
            <Trans>{capturing} capturing</Trans>
            <span className="max-sm:hidden">
              {now.waiting > 0 && (
                <>
                  {" · "}
                  <Trans>{waiting} waiting</Trans>
                </>
              )}
              {eta !== null && now.waiting > 0 && <> · ~{eta}</>}
            </span>
          </>
        )}
      </span>
      <button
        type="button"
        className="grid size-6 place-items-center rounded-full hover:bg-fg/10 disabled:opacity-50"
        disabled={offline !== null}
        title={offline ?? name}
        aria-label={name}
        onClick={() => void turn(now.paused)}
      >
        <Icon name={now.paused ? "play" : "pause"} size={14} />
      </button>
    </div>
  )
}
