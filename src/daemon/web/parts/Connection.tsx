/** Whether what is on the screen is live, and as of when if not. */
import { Trans, useLingui } from "@lingui/react/macro"
import { locked } from "../lib/api.ts"
import { connection } from "../lib/events.ts"
import { clockTime } from "../lib/format.ts"
import { useStore } from "../lib/Store.ts"
import { Banner } from "./Feedback.tsx"

/** Why buttons that change something are off, or null when they are on. */
export const useOffline = (): string | null => {
  const { state } = useStore(connection)
  const { t } = useLingui()
  return state === "lost" ? t`The daemon does not answer just now` : null
}

export const Connection = () => {
  const { state } = useStore(connection)
  const closed = useStore(locked)
  return (
    <span className="flex items-center gap-1.5 text-xs text-muted" data-connection={state}>
      <span
        aria-hidden="true"
        className={`size-2 rounded-full ${state === "live" ? "bg-good" : closed ? "bg-failed" : "pulse bg-control"}`}
      />
      <span className="slim:sr-only">
        {state === "live" ? (
          <Trans>live</Trans>
        ) : closed ? (
          <Trans>no access</Trans>
        ) : state === "lost" ? (
          <Trans>reconnecting</Trans>
        ) : (
          <Trans>connecting</Trans>
        )}
      </span>
    </span>
  )
}

/** The band over a page whose stream was lost. */
export const OfflineBand = () => {
  const { state, asOf } = useStore(connection)
  if (state !== "lost") return null
  const time = clockTime(asOf)
  return (
    <Banner tone="gone">
      <Trans>Reconnecting to the daemon. Shown as of {time}.</Trans>
    </Banner>
  )
}
