/**
 * What the text lost and gained, by paragraph and inside one by word; inline, or side by side where there is room. What
 * went is struck through and what came is underlined: colour is never alone.
 */
import { Plural, Trans, useLingui } from "@lingui/react/macro"
import { Fragment, useMemo, useRef, useState } from "react"
import { langOf } from "../../lib/format.ts"
import { useMedia } from "../../lib/media.ts"
import type { DiffBlock, TextDiff } from "../../lib/types.ts"
import { Icon } from "../../parts/Icon.tsx"
import { Segments } from "../../parts/Segments.tsx"
import { changesIn, rowsOf, type Row } from "./rows.ts"
import { useChanges, type Changes } from "./useChanges.ts"

/** Rows drawn at first, and at each asking for more: a text of a book stays quick. */
const rowsAtOnce = 400

type Piece = { readonly kind: "same" | "added" | "removed"; readonly text: string }
type Side = "both" | "before" | "after"

const Pieces = ({ pieces, side }: { readonly pieces: ReadonlyArray<Piece>; readonly side: Side }) =>
  pieces.map((piece, at) => {
    if (piece.kind === "same") return <Fragment key={at}>{piece.text}</Fragment>
    if (piece.kind === "added") return side !== "before" && <ins key={at}>{piece.text}</ins>
    return side !== "after" && <del key={at}>{piece.text}</del>
  })

const piecesOf = (block: DiffBlock): ReadonlyArray<Piece> =>
  block.kind === "changed" ? block.pieces : [{ kind: block.kind, text: block.text }]

const hides = (block: DiffBlock, side: Side) =>
  (side === "before" && block.kind === "added") || (side === "after" && block.kind === "removed")

const textOf = (block: DiffBlock) =>
  block.kind === "changed" ? block.pieces.map(({ text }) => text).join("") : block.text

const Paragraph = ({ block, side }: { readonly block: DiffBlock; readonly side: Side }) => {
  if (hides(block, side)) return <div aria-hidden="true" className="diff-none" />
  return (
    <p lang={langOf(textOf(block))} className={`diff-block diff-${block.kind}`}>
      <Pieces pieces={piecesOf(block)} side={side} />
    </p>
  )
}

const Fold = ({ count, onOpen }: { readonly count: number; readonly onOpen: () => void }) => (
  <button type="button" className="diff-fold" onClick={onOpen}>
    <Icon name="down" size={14} />
    <Plural value={count} one="# unchanged paragraph" other="# unchanged paragraphs" />
  </button>
)

const Rows = ({
  rows,
  beside,
  open,
}: {
  readonly rows: ReadonlyArray<Row>
  readonly beside: boolean
  readonly open: (from: number) => void
}) =>
  rows.map((row) =>
    row.kind === "fold" ? (
      <Fold key={`fold-${row.from}`} count={row.count} onOpen={() => open(row.from)} />
    ) : (
      <div
        key={row.at}
        data-change={row.change ?? undefined}
        className={beside ? "grid grid-cols-2 gap-x-4" : undefined}
      >
        {beside ? (
          <>
            <Paragraph block={row.block} side="before" />
            <Paragraph block={row.block} side="after" />
          </>
        ) : (
          <Paragraph block={row.block} side="both" />
        )}
      </div>
    ),
  )

const Steps = ({ changes }: { readonly changes: Changes }) => {
  const { t } = useLingui()
  const { at, count } = changes
  const place = at === null ? 0 : at + 1
  return (
    <div className="flex items-center gap-1">
      <button
        type="button"
        className="btn btn-small btn-icon"
        disabled={count === 0}
        aria-label={t`Previous change`}
        title={`${t`Previous change`} (p)`}
        onClick={() => changes.go(-1)}
      >
        <Icon name="down" className="rotate-180" size={14} />
      </button>
      <button
        type="button"
        className="btn btn-small btn-icon"
        disabled={count === 0}
        aria-label={t`Next change`}
        title={`${t`Next change`} (n)`}
        onClick={() => changes.go(1)}
      >
        <Icon name="down" size={14} />
      </button>
      <span className="tnum text-xs text-muted" aria-live="polite">
        {at === null ? (
          <Plural value={count} one="# change" other="# changes" />
        ) : (
          <Trans>
            change {place} of {count}
          </Trans>
        )}
      </span>
    </div>
  )
}

export const TextView = ({
  text,
  from,
  to,
}: {
  readonly text: TextDiff
  readonly from: number
  readonly to: number
}) => {
  const { t } = useLingui()
  const place = useRef<HTMLDivElement>(null)
  const roomy = useMedia("(min-width: 1100px)")
  const [wanted, setWanted] = useState<"inline" | "beside" | null>(null)
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set())
  const [shown, setShown] = useState(rowsAtOnce)
  const rows = useMemo(() => rowsOf(text.blocks, open), [text, open])
  const way = roomy ? (wanted ?? "beside") : "inline"
  const drawn = rows.slice(0, shown)
  const changes = useChanges(changesIn(drawn), place)
  const rest = rows.length - drawn.length
  return (
    <div className="flex flex-col gap-3 p-3 sm:p-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Steps changes={changes} />
        {roomy && (
          <Segments
            label={t`How to show the text`}
            value={way}
            options={[
              { id: "beside", text: t`Side by side` },
              { id: "inline", text: t`In one text` },
            ]}
            onChange={setWanted}
          />
        )}
        <span className="ml-auto flex gap-3 text-xs">
          <del className="px-1">
            <Trans>only in version {from}</Trans>
          </del>
          <ins className="px-1">
            <Trans>only in version {to}</Trans>
          </ins>
        </span>
      </div>
      {!text.exact && (
        <p className="text-muted">
          <Trans>The texts have so little in common that each is shown as a whole.</Trans>
        </p>
      )}
      {way === "beside" && (
        <div className="eyebrow grid grid-cols-2 gap-x-4 border-b border-line pb-1">
          <span>
            <Trans>Version {from}</Trans>
          </span>
          <span>
            <Trans>Version {to}</Trans>
          </span>
        </div>
      )}
      <div ref={place} className="diff flex flex-col gap-1">
        <Rows
          rows={drawn}
          beside={way === "beside"}
          open={(fold) => setOpen((before) => new Set(before).add(fold))}
        />
      </div>
      {rest > 0 && (
        <button type="button" className="btn self-center" onClick={() => setShown(shown + rowsAtOnce)}>
          <Plural value={rest} one="Show # more paragraph" other="Show # more paragraphs" />
        </button>
      )}
    </div>
  )
}
