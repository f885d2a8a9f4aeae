/** What the page says back: the toast, the band of problems, the polite summary for screen readers. */
import { plural } from "@lingui/core/macro"
import { Trans, useLingui } from "@lingui/react/macro"
import { useEffect, useState, type ReactNode } from "react"
import { announcement } from "../lib/links.ts"
import { useStore } from "../lib/Store.ts"
import { closeToast, problem, runToastAction, toast, toastMillis } from "../lib/toast.ts"
import { settingsProblem } from "../lib/world.ts"
import { Icon } from "./Icon.tsx"
import { Refused } from "./Refused.tsx"

export const ToastArea = () => {
  const shown = useStore(toast)
  const [held, setHeld] = useState(false)
  const { t } = useLingui()
  useEffect(() => {
    if (shown === null || held) return
    const timer = setTimeout(() => closeToast(shown.key), toastMillis)
    return () => clearTimeout(timer)
  }, [shown, held])
  return (
    <div
      role="status"
      aria-live="polite"
      className="fixed bottom-16 left-3 z-50 rail:bottom-4 rail:left-4"
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      {shown !== null && (
        <div
          key={shown.key}
          className="pop slide-in flex max-w-[calc(100vw-1.5rem)] items-center gap-2 py-1.5 pr-1.5 pl-4"
        >
          <span className="py-1">{shown.text}</span>
          {shown.action !== undefined && (
            <button
              type="button"
              className="btn btn-quiet btn-small font-semibold text-accent"
              onClick={runToastAction}
            >
              {shown.action.label}
            </button>
          )}
          <button
            type="button"
            className="btn btn-quiet btn-small btn-icon"
            aria-label={t`Close`}
            onClick={() => closeToast(shown.key)}
          >
            <Icon name="close" size={14} />
          </button>
        </div>
      )}
    </div>
  )
}

/** A band above what it is about; it stays until it is dealt with. */
export const Banner = ({
  tone = "failed",
  children,
  actions,
}: {
  readonly tone?: "failed" | "work" | "accent" | "gone"
  readonly children: ReactNode
  readonly actions?: ReactNode
}) => (
  <div
    role={tone === "failed" ? "alert" : undefined}
    className={`k-${tone} flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-(--kb) px-3 py-1.5 text-(--k) sm:px-4`}
  >
    <Icon name={tone === "failed" ? "alert" : tone === "accent" ? "half" : "clock"} />
    <span className="min-w-0 grow basis-40 break-words">{children}</span>
    {actions}
  </div>
)

/** The settings file was made wrong while the daemon runs: it goes on, and the next start would not. */
export const SettingsBand = () => {
  const wrong = useStore(settingsProblem)
  if (wrong === null) return null
  return (
    <Banner>
      <Trans>
        The settings file is wrong. What was read before holds, and the daemon would not start again with it:{" "}
        <span lang="en">{wrong}</span>
      </Trans>
    </Banner>
  )
}

export const ProblemBand = () => {
  const cause = useStore(problem)
  const { t } = useLingui()
  if (cause === null) return null
  return (
    <Banner
      actions={
        <button
          type="button"
          className="btn btn-small btn-icon btn-quiet"
          aria-label={t`Close`}
          onClick={() => problem.set(null)}
        >
          <Icon name="close" size={14} />
        </button>
      }
    >
      <Trans>
        That did not work: <Refused cause={cause} />
      </Trans>
    </Banner>
  )
}

/** At most every five seconds, and only sums. */
export const Announcer = () => {
  const sums = useStore(announcement)
  const parts =
    sums === null
      ? []
      : [
          sums.archived > 0 ? plural(sums.archived, { one: "# saved", other: "# saved" }) : "",
          sums.doubtful > 0 ? plural(sums.doubtful, { one: "# doubtful", other: "# doubtful" }) : "",
          sums.failed > 0 ? plural(sums.failed, { one: "# failed", other: "# failed" }) : "",
        ].filter((text) => text !== "")
  return (
    <div aria-live="polite" className="sr-only">
      {parts.join(", ")}
    </div>
  )
}
