/** The three batchers: who waits for a shared message, until when at the latest, and sending what waits by hand. */
import type { MessageDescriptor } from "@lingui/core"
import { msg } from "@lingui/core/macro"
import { useLingui as useRuntime } from "@lingui/react"
import { Plural, Trans, useLingui } from "@lingui/react/macro"
import { useState } from "react"
import { api } from "../lib/api.ts"
import { exact, isoTime } from "../lib/format.ts"
import type { Batching, SentBatch } from "../lib/types.ts"
import { useOffline } from "../parts/Connection.tsx"
import { Icon } from "../parts/Icon.tsx"
import { Refused } from "../parts/Refused.tsx"
import { Confirm } from "./Confirm.tsx"
import { useDocument } from "./useDocument.ts"

const shownSectors = 100

interface Words {
  readonly title: MessageDescriptor
  readonly about: MessageDescriptor
  readonly sends: MessageDescriptor
}

const batches: Readonly<Record<Batching["kind"], Words>> = {
  precommit: {
    title: msg`Pre-commits`,
    about: msg`Sectors whose pre-commit is put on chain together, in one message.`,
    sends: msg`One pre-commit message goes to the modelled chain now with every sector that waits here, although the batch is not full. Each sector's deposit leaves the wallet.`,
  },
  commit: {
    title: msg`Commits`,
    about: msg`Sectors whose proofs are aggregated into one message.`,
    sends: msg`The proofs that wait here go to the modelled chain now: aggregated when there are enough, else one by one. Few proofs in an aggregate cost more per sector.`,
  },
  terminate: {
    title: msg`Terminations`,
    about: msg`Sectors that are given up together.`,
    sends: msg`The sectors that wait here are terminated on the modelled chain now. That cannot be taken back: each loses its power and pays its fee.`,
  },
}

const kinds = ["precommit", "commit", "terminate"] as const

const Sectors = ({
  numbers,
  onSector,
}: {
  readonly numbers: ReadonlyArray<number>
  readonly onSector: (number: number) => void
}) => {
  const rest = numbers.length - shownSectors
  return (
    <ul className="flex flex-wrap gap-1.5">
      {numbers.slice(0, shownSectors).map((number) => (
        <li key={number}>
          <button type="button" className="btn btn-small tnum" onClick={() => onSector(number)}>
            {number}
          </button>
        </li>
      ))}
      {rest > 0 && (
        <li className="self-center text-xs text-muted">
          <Plural value={rest} one="and # more" other="and # more" />
        </li>
      )}
    </ul>
  )
}

/** What went out at the last press: the message, or why there was none, and who was left out. */
const Sent = ({ sent }: { readonly sent: SentBatch }) => {
  const left = sent.sectors.filter(({ error }) => error !== null)
  const went = sent.sectors.length - left.length
  const message = sent.message ?? ""
  return (
    <div className="rounded-md bg-sunken px-3 py-2 text-[0.8125rem]">
      {sent.error === "" ? (
        <p>
          <Plural value={went} one="# sector sent" other="# sectors sent" />{" "}
          <code className="font-mono text-xs break-all text-muted">{message}</code>
        </p>
      ) : (
        <p className="text-failed">
          <Trans>Not sent:</Trans> <span lang="en">{sent.error}</span>
        </p>
      )}
      {left.map(({ number, error }) => (
        <p key={number} className="text-failed">
          <Trans>Sector {number} was left out:</Trans> <span lang="en">{error}</span>
        </p>
      ))}
    </div>
  )
}

const Batch = ({
  kind,
  onSector,
}: {
  readonly kind: Batching["kind"]
  readonly onSector: (number: number) => void
}) => {
  const { _ } = useRuntime()
  const { t } = useLingui()
  const off = useOffline() !== null
  const { document, error, put } = useDocument<Batching>(`/batching/${kind}`)
  const [asking, setAsking] = useState(false)
  const [sent, setSent] = useState<ReadonlyArray<SentBatch>>([])
  const words = batches[kind]
  const title = _(words.title)
  const send = async () => {
    const answer = await api<Batching>("POST", `/batching/${kind}/publish`)
    put(answer)
    setSent(answer.sent)
  }
  const waiting = document?.pending.length ?? 0
  const most = exact(document?.max ?? 0)
  const until = document?.until ?? null
  const time = until === null ? "" : isoTime(until)
  return (
    <section aria-label={title} className="card flex flex-col gap-3 p-4">
      <div>
        <h2 className="font-semibold">{title}</h2>
        <p className="text-[0.8125rem] text-muted">{_(words.about)}</p>
      </div>
      {error !== null && (
        <p role="alert" className="text-failed">
          <Refused cause={error} />
        </p>
      )}
      {document !== null && (
        <>
          <div>
            <p className="tnum flex items-baseline justify-between">
              <span className="text-base font-semibold">
                <Plural value={waiting} one="# waits" other="# wait" />
              </span>
              <span className="text-[0.8125rem] text-muted">
                <Trans>sent by itself at {most}</Trans>
              </span>
            </p>
            <progress
              className="meter mt-1.5 w-full"
              max={document.max}
              value={waiting}
              aria-label={t`How full the batch is`}
            />
            {time !== "" && (
              <p className="tnum mt-1.5 text-[0.8125rem] text-muted">
                <Trans>Sent at the latest {time} on the sealing clock.</Trans>
              </p>
            )}
          </div>
          {waiting > 0 ? (
            <Sectors numbers={document.pending} onSector={onSector} />
          ) : (
            <p className="text-muted">
              <Trans>Nobody waits here.</Trans>
            </p>
          )}
          {sent.map((each, at) => (
            <Sent key={each.message ?? at} sent={each} />
          ))}
          <button
            type="button"
            className="btn mt-auto self-start"
            disabled={off || waiting === 0}
            onClick={() => setAsking(true)}
          >
            <Icon name="forward" />
            <Trans>Send now</Trans>
          </button>
        </>
      )}
      {asking && (
        <Confirm
          title={<Plural value={waiting} one="Send # sector now" other="Send # sectors now" />}
          words={_(words.sends)}
          command={`bin/linkseal sectors batching ${kind} --publish-now`}
          action={<Trans>Send now</Trans>}
          danger={kind === "terminate"}
          run={send}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  )
}

const Batches = ({ onSector }: { readonly onSector: (number: number) => void }) => (
  <div className="grid grid-cols-1 gap-4 lg:grid-cols-3">
    {kinds.map((kind) => (
      <Batch key={kind} kind={kind} onSector={onSector} />
    ))}
  </div>
)
export default Batches
