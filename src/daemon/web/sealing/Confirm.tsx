/** Asks before something is done: what will happen in words, the command that does the same, and a refusal in place. */
import { Trans } from "@lingui/react/macro"
import { useState, type ReactNode } from "react"
import { Refused } from "../parts/Refused.tsx"
import { Sheet } from "../parts/Overlays.tsx"

export const SameCommand = ({ command }: { readonly command: string }) => (
  <div className="text-[0.8125rem] text-muted">
    <Trans>The same as:</Trans>
    <code
      className="mt-1 block overflow-x-auto rounded-md bg-sunken px-3 py-2 font-mono text-fg"
      tabIndex={0}
    >
      {command}
    </code>
  </div>
)

export const Refusal = ({ cause }: { readonly cause: unknown }) =>
  cause === null ? null : (
    <p role="alert" className="text-failed [overflow-wrap:anywhere]">
      <Refused cause={cause} />
    </p>
  )

/** Runs, and closes when it was done, unless `stays` says that the answer is to be read; a refusal stays in the dialog. */
export const useRun = <A,>(
  run: () => Promise<A>,
  onClose: () => void,
  stays: (answer: A) => boolean = () => false,
) => {
  const [cause, setCause] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const go = async () => {
    setBusy(true)
    try {
      setCause(null)
      const answer = await run()
      if (stays(answer)) setBusy(false)
      else onClose()
    } catch (thrown) {
      setCause(thrown)
      setBusy(false)
    }
  }
  return { cause, busy, go }
}

interface Props {
  readonly title: ReactNode
  readonly words: ReactNode
  readonly command: string
  readonly action: ReactNode
  readonly danger?: boolean
  readonly run: () => Promise<unknown>
  readonly onClose: () => void
}

export const Confirm = ({ title, words, command, action, danger = false, run, onClose }: Props) => {
  const { cause, busy, go } = useRun(run, onClose)
  return (
    <Sheet title={title} onClose={onClose} width="max-w-lg">
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          void go()
        }}
      >
        <p>{words}</p>
        <SameCommand command={command} />
        <Refusal cause={cause} />
        <div className="flex justify-end gap-2">
          <button type="button" className="btn" onClick={onClose}>
            <Trans>Cancel</Trans>
          </button>
          <button
            type="submit"
            autoFocus
            className={danger ? "btn btn-danger" : "btn btn-primary"}
            disabled={busy}
          >
            {action}
          </button>
        </div>
      </form>
    </Sheet>
  )
}
