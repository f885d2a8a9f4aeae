/** The versions, newest first: filled dot is good, hollow is in doubt. Two of them can be chosen to be compared. */
import { Plural, Trans, useLingui } from "@lingui/react/macro"
import { ago, bytes, fullTime } from "../lib/format.ts"
import { useSlowNow } from "../lib/now.ts"
import type { Snapshot } from "../lib/types.ts"
import { Icon } from "../parts/Icon.tsx"
import type { Compared } from "./compare/place.ts"

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
    <button
      type="button"
      aria-pressed={shown}
      onClick={onShow}
      className="flex min-w-0 grow gap-2.5 rounded-md px-2.5 py-2 text-left hover:bg-fg/5 aria-pressed:bg-sel"
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
  )
}

/** Which of the two a version is, while versions are compared: a column for the earlier, one for the later. */
const Choice = ({
  version,
  compared,
  onCompare,
}: {
  readonly version: number
  readonly compared: Compared
  readonly onCompare: (next: Compared) => void
}) => {
  const { t } = useLingui()
  const sides = [
    ["from", t`Version ${version} is the earlier one`],
    ["to", t`Version ${version} is the later one`],
  ] as const
  return (
    <span className="flex shrink-0 gap-1.5 pr-2.5">
      {sides.map(([side, label]) => (
        <input
          key={side}
          type="radio"
          name={`compare-${side}`}
          className="size-6 scale-[0.7] accent-(--accent)"
          aria-label={label}
          title={label}
          checked={compared[side] === version}
          onChange={() => onCompare({ ...compared, [side]: version })}
        />
      ))}
    </span>
  )
}

interface Props {
  readonly snapshots: ReadonlyArray<Snapshot>
  readonly shown: string
  readonly compared: Compared | null
  readonly onShow: (id: string) => void
  readonly onCompare: (next: Compared) => void
  /** Null with a single version. */
  readonly onOpenCompare: (() => void) | null
}

export const Versions = ({ snapshots, shown, compared, onShow, onCompare, onOpenCompare }: Props) => {
  const { t } = useLingui()
  return (
    <section aria-label={t`Versions`}>
      <div className="flex min-h-8 items-center justify-between gap-2 pb-1 pl-2.5">
        <h2 className="eyebrow">
          <Plural value={snapshots.length} one="# version" other="# versions" />
        </h2>
        {compared !== null ? (
          <span className="eyebrow pr-2.5 max-rail:hidden">
            <Trans>earlier, later</Trans>
          </span>
        ) : (
          onOpenCompare !== null && (
            <button
              type="button"
              className="btn btn-small"
              title={`${t`Compare with another version`} (d)`}
              onClick={onOpenCompare}
            >
              <Icon name="compare" size={14} />
              <Trans>Compare</Trans>
            </button>
          )
        )}
      </div>
      <ul
        tabIndex={0}
        className="flex flex-col gap-0.5 max-rail:flex-row max-rail:overflow-x-auto rail:max-h-[60vh] rail:overflow-y-auto"
      >
        {snapshots.map((each) => (
          <li key={each.id} className="flex items-center max-rail:shrink-0">
            <Row
              snapshot={each}
              shown={compared === null && each.id === shown}
              onShow={() => onShow(each.id)}
            />
            {compared !== null && <Choice version={each.version} compared={compared} onCompare={onCompare} />}
          </li>
        ))}
      </ul>
    </section>
  )
}
