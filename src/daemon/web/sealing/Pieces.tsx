/** Pieces of modelled deals: offering one, and what became of those that were offered. */
import type { MessageDescriptor } from "@lingui/core"
import { msg } from "@lingui/core/macro"
import { useLingui as useRuntime } from "@lingui/react"
import { Trans, useLingui } from "@lingui/react/macro"
import { useState } from "react"
import { api } from "../lib/api.ts"
import { exact } from "../lib/format.ts"
import { useFastNow } from "../lib/now.ts"
import { useStore } from "../lib/Store.ts"
import type { OfferedPiece, Pieces } from "../lib/types.ts"
import { clock, epochAt } from "../lib/world.ts"
import { useOffline } from "../parts/Connection.tsx"
import { Icon, type Glyph } from "../parts/Icon.tsx"
import { Refused } from "../parts/Refused.tsx"
import { Refusal } from "./Confirm.tsx"
import { useDocument } from "./useDocument.ts"

const sizes = ["1GiB", "2GiB", "4GiB", "8GiB", "16GiB", "32GiB"]
const epochsPerDay = 2_880
/** Far enough for a sector to be sealed before the deal begins, and as long as a deal usually runs. */
const startsInDays = 10
const runsDays = 180

const gib = 1024 ** 3
const mib = 1024 ** 2
const sizeText = (size: number) =>
  size >= gib ? `${size / gib} GiB` : size >= mib ? `${size / mib} MiB` : `${size} B`

const days = (text: string): number => (/^\d{1,4}$/.test(text.trim()) ? Number(text) : Number.NaN)

export const AddPiece = () => {
  const { t } = useLingui()
  const off = useOffline() !== null
  const read = useStore(clock)
  const now = useFastNow()
  const [size, setSize] = useState("8GiB")
  const [starts, setStarts] = useState(String(startsInDays))
  const [runs, setRuns] = useState(String(runsDays))
  const [cause, setCause] = useState<unknown>(null)
  const [deal, setDeal] = useState<number | null>(null)
  const termAt = (at: number) => {
    const start = read === null ? Number.NaN : epochAt(read, at) + days(starts) * epochsPerDay
    return { start, end: start + days(runs) * epochsPerDay }
  }
  const { start, end } = termAt(now)
  const valid = size.trim() !== "" && Number.isFinite(start) && Number.isFinite(end) && end > start
  const offer = async () => {
    const added = await api<{ readonly deal: number }>("POST", "/sealing/pieces", {
      body: { size: size.trim(), ...termAt(Date.now()), wait: false },
    })
    setCause(null)
    setDeal(added.deal)
  }
  const [from, to] = [exact(start), exact(end)]
  return (
    <section aria-label={t`Add a piece`} className="card flex flex-col gap-3 p-4">
      <div>
        <h2 className="font-semibold">
          <Trans>Add a piece</Trans>
        </h2>
        <p className="text-[0.8125rem] text-muted">
          <Trans>
            The piece of a modelled deal is put into a sector that waits for deals; where none has room, a new
            one is opened.
          </Trans>
        </p>
      </div>
      <form
        className="flex flex-wrap items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          setDeal(null)
          void offer().catch(setCause)
        }}
      >
        <label className="flex flex-col gap-0.5">
          <span className="text-xs text-muted">
            <Trans>Size, padded</Trans>
          </span>
          <input
            className="field tnum h-8 w-24 px-2"
            list="piece-sizes"
            spellCheck={false}
            autoComplete="off"
            value={size}
            onChange={(event) => setSize(event.target.value)}
          />
          <datalist id="piece-sizes">
            {sizes.map((each) => (
              <option key={each} value={each} />
            ))}
          </datalist>
        </label>
        <label className="flex flex-col gap-0.5">
          <span className="text-xs text-muted">
            <Trans>Starts in days</Trans>
          </span>
          <input
            type="number"
            min={0}
            max={9_999}
            className="field tnum h-8 w-20 px-2"
            value={starts}
            onChange={(event) => setStarts(event.target.value)}
          />
        </label>
        <label className="flex flex-col gap-0.5">
          <span className="text-xs text-muted">
            <Trans>Runs days</Trans>
          </span>
          <input
            type="number"
            min={1}
            max={9_999}
            className="field tnum h-8 w-20 px-2"
            value={runs}
            onChange={(event) => setRuns(event.target.value)}
          />
        </label>
        <button type="submit" className="btn" disabled={off || !valid}>
          <Icon name="plus" />
          <Trans>Add the piece</Trans>
        </button>
      </form>
      <p className="tnum text-[0.8125rem] text-muted">
        {valid && (
          <Trans>
            Epochs {from} to {to}.
          </Trans>
        )}{" "}
        {deal !== null && (
          <span role="status" className="text-good">
            <Trans>Deal {deal} was let in.</Trans>
          </span>
        )}
      </p>
      <Refusal cause={cause} />
    </section>
  )
}

const looks: Readonly<Record<OfferedPiece["state"], readonly [string, Glyph, MessageDescriptor]>> = {
  waiting: ["k-wait", "clock", msg`waits for a sector`],
  assigned: ["k-work", "half", msg`being written`],
  written: ["k-good", "check", msg`written`],
  refused: ["k-failed", "alert", msg`refused`],
}

const Piece = ({
  piece,
  onSector,
}: {
  readonly piece: OfferedPiece
  readonly onSector: (number: number) => void
}) => {
  const { _ } = useRuntime()
  const [kind, glyph, words] = looks[piece.state]
  const { deal, sector } = piece
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line/70 py-2 last:border-0">
      <span className="tnum w-20">
        <Trans>Deal {deal}</Trans>
      </span>
      <span className="tnum w-16 text-right text-muted">{sizeText(piece.size)}</span>
      <span className={`state ${kind}`}>
        <Icon name={glyph} />
        {_(words)}
      </span>
      {sector !== null && (
        <button type="button" className="btn btn-small tnum" onClick={() => onSector(sector)}>
          <Trans>Sector {sector}</Trans>
        </button>
      )}
      {piece.reason !== null && (
        <span lang="en" className="basis-full text-[0.8125rem] text-failed">
          {piece.reason}
        </span>
      )}
    </li>
  )
}

const shownPieces = 50

export const OfferedPieces = ({ onSector }: { readonly onSector: (number: number) => void }) => {
  const { t } = useLingui()
  const { document, error } = useDocument<Pieces>("/sealing/pieces")
  const pieces = document?.pieces ?? []
  return (
    <section aria-label={t`Pieces offered`} className="card px-4 pt-3 pb-1">
      <h2 className="font-semibold">
        <Trans>Pieces offered</Trans>
      </h2>
      {error !== null && (
        <p role="alert" className="text-failed">
          <Refused cause={error} />
        </p>
      )}
      {document !== null && pieces.length === 0 && (
        <p className="pb-3 text-muted">
          <Trans>None since the daemon started.</Trans>
        </p>
      )}
      <ul>
        {pieces.slice(0, shownPieces).map((piece) => (
          <Piece key={piece.deal} piece={piece} onSector={onSector} />
        ))}
      </ul>
    </section>
  )
}
