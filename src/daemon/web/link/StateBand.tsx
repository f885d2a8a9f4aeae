/** What is not normal about this link just now: being captured, failed, doubtful. Nothing when it is simply saved. */
import { useLingui as useRuntime } from "@lingui/react"
import { Trans } from "@lingui/react/macro"
import type { ReactNode } from "react"
import { duration } from "../lib/format.ts"
import { isBusy } from "../lib/links.ts"
import { useFastNow } from "../lib/now.ts"
import type { LinkDetail, Progress } from "../lib/types.ts"
import { failureSentence, failureWord, needsDetail } from "../links/failures.ts"
import { doubtWords, linkLooks, stepWords } from "../links/states.ts"
import { Banner } from "../parts/Feedback.tsx"

const Retry = ({ at }: { readonly at: string }) => {
  const left = Date.parse(at) - useFastNow()
  const time = duration(Math.max(1_000, Math.ceil(left / 1_000) * 1_000))
  return (
    <span className="tnum">
      {left > 0 ? <Trans>The next try is in {time}.</Trans> : <Trans>The next try is due.</Trans>}
    </span>
  )
}

const Busy = ({
  link,
  step,
}: {
  readonly link: LinkDetail
  readonly step: Progress | undefined
}): ReactNode => {
  const { _ } = useRuntime()
  if (link.state === "queued") return <Trans>Waits for its turn.</Trans>
  const word = step === undefined ? undefined : stepWords[step.step]
  const name = step === undefined ? _(linkLooks[link.state].word) : word === undefined ? step.step : _(word)
  return (
    <span className="flex flex-wrap items-center gap-3">
      <Trans>Being captured: {name}</Trans>
      {step !== undefined && step.total > 0 && (
        <span className="flex items-center gap-2">
          <progress className="meter w-32" value={step.done} max={step.total} aria-label={name} />
          <span className="tnum text-xs">
            {step.done}/{step.total}
          </span>
        </span>
      )}
    </span>
  )
}

export const StateBand = ({
  link,
  step,
}: {
  readonly link: LinkDetail
  readonly step: Progress | undefined
}) => {
  const { _ } = useRuntime()
  if (isBusy(link.state)) {
    return (
      <Banner tone={link.state === "queued" ? "gone" : "accent"}>
        <Busy link={link} step={step} />
      </Banner>
    )
  }
  if (link.failure !== null) {
    const { code, message, retryAt } = link.failure
    const sentence = failureSentence(code)
    return (
      <Banner>
        <strong className="font-semibold">{failureWord(code, _)}</strong>
        {sentence !== null && ` · ${_(sentence)}`} {retryAt !== null && <Retry at={retryAt} />}
        {needsDetail(code) && (
          <span lang="en" className="block text-[0.8125rem] text-muted">
            {message}
          </span>
        )}
      </Banner>
    )
  }
  if (link.state !== "doubtful") return null
  const reasons = (link.latest?.verdict.reasons ?? [])
    .map((reason) => (doubtWords[reason] === undefined ? reason : _(doubtWords[reason])))
    .join(", ")
  return (
    <Banner tone="work">
      <Trans>Kept, but in doubt: {reasons}.</Trans>
    </Banner>
  )
}
