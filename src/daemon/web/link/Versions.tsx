/** The versions, newest first: filled dot is good, hollow is in doubt. */
import { Plural, Trans, useLingui } from "@lingui/react/macro"
import { ago, bytes, fullTime } from "../lib/format.ts"
import { useSlowNow } from "../lib/now.ts"
import type { Snapshot } from "../lib/types.ts"

const Dot = ({ good }: { readonly good: boolean }) => (
  <span
    aria-hidden="true"
    className={`mt-1.5 size-2.5 shrink-0 rounded-full border-2 ${good ? "border-good bg-good" : "border-work"}`}
  />
)

const Row = ({
  snapshot,
  shown,
  onShow,
}: {
  readonly snapshot: Snapshot
  readonly shown: boolean
  readonly onShow: () => void
}) => {
  const now = useSlowNow()
  const good = snapshot.verdict.kind === "good"
  const version = snapshot.version
  return (
    <li className="max-rail:shrink-0">
      <button
        type="button"
        aria-pressed={shown}
        onClick={onShow}
        className="flex w-full gap-2.5 rounded-md px-2.5 py-2 text-left hover:bg-fg/5 aria-pressed:bg-sel"
      >
        <Dot good={good} />
        <span className="min-w-0 grow">
          <span className="flex items-baseline justify-between gap-3 whitespace-nowrap">
            <span className={shown ? "font-semibold" : ""}>
              <Trans>Version {version}</Trans>
            </span>
            <span className="tnum text-xs text-muted">{bytes(snapshot.bytes)}</span>
          </span>
          <span className="block text-xs text-muted">
            <time dateTime={snapshot.takenAt} title={fullTime(snapshot.takenAt)}>
              {ago(snapshot.takenAt, now)}
            </time>
            {!good && (
              <>
                {" · "}
                <Trans>in doubt</Trans>
              </>
            )}
            {snapshot.partial && (
              <>
                {" · "}
                <Trans>partial</Trans>
              </>
            )}
          </span>
        </span>
      </button>
    </li>
  )
}

interface Props {
  readonly snapshots: ReadonlyArray<Snapshot>
  readonly shown: string
  readonly onShow: (id: string) => void
}

export const Versions = ({ snapshots, shown, onShow }: Props) => {
  const { t } = useLingui()
  return (
    <section aria-label={t`Versions`}>
      <h2 className="eyebrow px-2.5 pb-1">
        <Plural value={snapshots.length} one="# version" other="# versions" />
      </h2>
      <ul
        tabIndex={0}
        className="flex flex-col gap-0.5 max-rail:flex-row max-rail:overflow-x-auto rail:max-h-[60vh] rail:overflow-y-auto"
      >
        {snapshots.map((each) => (
          <Row key={each.id} snapshot={each} shown={each.id === shown} onShow={() => onShow(each.id)} />
        ))}
      </ul>
    </section>
  )
}
