/** Two versions of a link beside each other: what its text, its picture, its links and its parts lost and gained. */
import { Plural, Trans, useLingui } from "@lingui/react/macro"
import { useEffect, useState, type ReactNode } from "react"
import { api, ApiError, isAbort } from "../../lib/api.ts"
import { dateOf, exact, share, signed } from "../../lib/format.ts"
import type { Diff, Snapshot } from "../../lib/types.ts"
import { Banner } from "../../parts/Feedback.tsx"
import { Empty } from "../../parts/Empty.tsx"
import { Icon } from "../../parts/Icon.tsx"
import { Refused } from "../../parts/Refused.tsx"
import { kept } from "../artefacts.ts"
import { Reason } from "../Reason.tsx"
import { LinksView } from "./LinksView.tsx"
import { PartsView } from "./PartsView.tsx"
import { PictureView } from "./PictureView.tsx"
import { comparedAs, type Compared, type ComparedAs } from "./place.ts"
import { TextView } from "./TextView.tsx"

interface Asked {
  readonly key: string
  readonly diff: Diff | null
  readonly error: ApiError | null
}

/** The comparison of a pair; the one before stays away as soon as another pair is asked for. */
const useDiff = (id: string, { from, to }: Compared, there: boolean, round: number) => {
  const key = `${id} ${from}..${to} ${round}`
  const [asked, setAsked] = useState<Asked>({ key: "", diff: null, error: null })
  useEffect(() => {
    if (!there) return
    const calls = new AbortController()
    api<Diff>("GET", `/links/${encodeURIComponent(id)}/diff?from=${from}&to=${to}`, { signal: calls.signal })
      .then((diff) => setAsked({ key, diff, error: null }))
      .catch((cause: unknown) => {
        if (isAbort(cause)) return
        const error = cause instanceof ApiError ? cause : new ApiError(0, "unknown", String(cause))
        setAsked({ key, diff: null, error })
      })
    return () => calls.abort()
  }, [id, from, to, there, key])
  return asked.key === key ? asked : { key, diff: null, error: null }
}

const isSame = ({ from, to, files }: Diff) => files.length === 0 || from.id === to.id
const textDiffers = ({ text }: Diff) => text !== null && text.addedChars + text.removedChars > 0
const pictureDiffers = ({ picture }: Diff) => picture !== null && picture.changed > 0
const linksDiffer = ({ links }: Diff) => links !== null && links.added.length + links.removed.length > 0

const firstDifference = (diff: Diff): ComparedAs =>
  textDiffers(diff)
    ? "text"
    : pictureDiffers(diff)
      ? "picture"
      : linksDiffer(diff)
        ? "links"
        : diff.files.length > 0
          ? "parts"
          : "text"

const Pick = ({
  label,
  snapshots,
  value,
  onChange,
}: {
  readonly label: string
  readonly snapshots: ReadonlyArray<Snapshot>
  readonly value: number
  readonly onChange: (version: number) => void
}) => {
  const { t } = useLingui()
  const known = snapshots.some(({ version }) => version === value)
  return (
    <select
      className="field h-8 max-w-full min-w-0 px-1.5"
      aria-label={label}
      value={value}
      onChange={(event) => onChange(Number(event.target.value))}
    >
      {!known && <option value={value}>{t`Version ${value}`}</option>}
      {snapshots.map(({ id, version, takenAt, verdict }) => {
        const date = dateOf(takenAt)
        return (
          <option key={id} value={version}>
            {verdict.kind === "good"
              ? t`Version ${version}, ${date}`
              : t`Version ${version}, ${date}, in doubt`}
          </option>
        )
      })}
    </select>
  )
}

const Head = ({
  snapshots,
  compared,
  onCompare,
}: {
  readonly snapshots: ReadonlyArray<Snapshot>
  readonly compared: Compared
  readonly onCompare: (next: Compared | null) => void
}) => {
  const { t } = useLingui()
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2">
      <h2 className="font-semibold">
        <Trans>Compare</Trans>
      </h2>
      <Pick
        label={t`Earlier version`}
        snapshots={snapshots}
        value={compared.from}
        onChange={(from) => onCompare({ ...compared, from })}
      />
      <button
        type="button"
        className="btn btn-small btn-icon"
        aria-label={t`Swap the two`}
        title={t`Swap the two`}
        onClick={() => onCompare({ ...compared, from: compared.to, to: compared.from })}
      >
        <Icon name="swap" size={14} />
      </button>
      <Pick
        label={t`Later version`}
        snapshots={snapshots}
        value={compared.to}
        onChange={(to) => onCompare({ ...compared, to })}
      />
      <button
        type="button"
        className="btn btn-small ml-auto"
        title={`${t`Close the comparison`} (d)`}
        onClick={() => onCompare(null)}
      >
        <Icon name="close" size={14} />
        <Trans>Close the comparison</Trans>
      </button>
    </div>
  )
}

/** Why a view has nothing to compare: which version lacks the part, and the reason that is known. */
const Missing = ({ diff, part }: { readonly diff: Diff; readonly part: string }) => {
  const without = [diff.from, diff.to].filter((snapshot) => kept(snapshot, part) === undefined)
  return (
    <Empty icon="gone" title={<Trans>This cannot be compared</Trans>}>
      {without.map((snapshot) => {
        const { version } = snapshot
        const reason = snapshot.artefacts.find(({ name }) => name === part)?.reason ?? null
        return (
          <p key={snapshot.id}>
            <Trans>
              Version {version} has no <code>{part}</code>
            </Trans>
            {reason !== null && (
              <>
                {": "}
                <Reason reason={reason} />
              </>
            )}
          </p>
        )
      })}
      {without.length === 0 && (
        <p>
          <Trans>
            Both versions have <code>{part}</code>, but one of them does not hold what is compared.
          </Trans>
        </p>
      )}
    </Empty>
  )
}

const View = ({ diff, as }: { readonly diff: Diff; readonly as: ComparedAs }) => {
  if (as === "parts") return <PartsView diff={diff} />
  if (as === "links")
    return diff.links === null ? (
      <Missing diff={diff} part="metadata.json" />
    ) : (
      <LinksView links={diff.links} />
    )
  if (as === "picture")
    return diff.picture === null ? (
      <Missing diff={diff} part="screenshot" />
    ) : (
      <PictureView picture={diff.picture} from={diff.from} to={diff.to} />
    )
  if (diff.text === null) return <Missing diff={diff} part="article.txt" />
  return textDiffers(diff) ? (
    <TextView text={diff.text} from={diff.from.version} to={diff.to.version} />
  ) : (
    <Empty icon="check" title={<Trans>The text is the same</Trans>} />
  )
}

/** What each view holds, in a word or two beside its name. */
const sizeOf = (diff: Diff, as: ComparedAs): string => {
  if (as === "parts") return exact(diff.files.length)
  if (as === "links")
    return diff.links === null
      ? "–"
      : `+${exact(diff.links.added.length)} −${exact(diff.links.removed.length)}`
  if (as === "picture") return diff.picture === null ? "–" : share(diff.picture.changed)
  return diff.text === null ? "–" : `+${exact(diff.text.addedChars)} −${exact(diff.text.removedChars)}`
}

const Verdict = ({ diff }: { readonly diff: Diff }): ReactNode => {
  const [from, to] = [diff.from.version, diff.to.version]
  const growth = diff.text?.growth ?? null
  if (isSame(diff)) {
    return (
      <Trans>
        Version {from} and version {to} are the same, byte for byte.
      </Trans>
    )
  }
  const lacking = diff.text === null || diff.picture === null || diff.links === null
  if (!textDiffers(diff) && !pictureDiffers(diff) && !linksDiffer(diff)) {
    return lacking ? (
      <Plural
        value={diff.files.length}
        one="What can be compared is the same; # part is not."
        other="What can be compared is the same; # parts are not."
      />
    ) : (
      <Plural
        value={diff.files.length}
        one="Text, picture and links are the same; the bytes of # part differ."
        other="Text, picture and links are the same; the bytes of # parts differ."
      />
    )
  }
  if (diff.text !== null && !textDiffers(diff)) {
    return <Trans>No difference in the text; the picture or the links changed.</Trans>
  }
  if (diff.text === null) return <Trans>There is no text to compare.</Trans>
  const added = exact(diff.text.addedChars)
  const removed = exact(diff.text.removedChars)
  const grown = growth === null ? "" : ` (${signed(growth)})`
  return (
    <Trans>
      Characters: {added} came, {removed} went{grown}.
    </Trans>
  )
}

const Body = ({
  diff,
  compared,
  onCompare,
}: {
  readonly diff: Diff
  readonly compared: Compared
  readonly onCompare: (next: Compared) => void
}) => {
  const { t } = useLingui()
  const as = compared.as ?? firstDifference(diff)
  if (isSame(diff)) {
    return (
      <Empty icon="check" title={<Trans>Nothing changed</Trans>}>
        <Verdict diff={diff} />
      </Empty>
    )
  }
  const words = { text: t`Text`, picture: t`Picture`, links: t`Links`, parts: t`Parts` }
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-3 py-2">
        <div role="group" aria-label={t`What to compare`} className="seg max-w-full overflow-x-auto">
          {comparedAs.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={each === as}
              onClick={() => onCompare({ ...compared, as: each })}
            >
              {words[each]}
              <span className="tnum ml-1.5 text-xs font-normal text-muted">{sizeOf(diff, each)}</span>
            </button>
          ))}
        </div>
        <p role="status" className="text-[0.8125rem] text-muted">
          <Verdict diff={diff} />
        </p>
      </div>
      <View diff={diff} as={as} />
    </>
  )
}

const Compare = ({
  id,
  snapshots,
  compared,
  onCompare,
}: {
  readonly id: string
  readonly snapshots: ReadonlyArray<Snapshot>
  readonly compared: Compared
  readonly onCompare: (next: Compared | null) => void
}) => {
  const { t } = useLingui()
  const [round, setRound] = useState(0)
  const lacking = [compared.from, compared.to].find(
    (version) => !snapshots.some((each) => each.version === version),
  )
  const { diff, error } = useDiff(id, compared, lacking === undefined, round)
  return (
    <section aria-label={t`Compare`} className="card overflow-clip">
      <Head snapshots={snapshots} compared={compared} onCompare={onCompare} />
      {lacking !== undefined ? (
        <Empty icon="gone" title={<Trans>There is no version {lacking}</Trans>}>
          <Trans>Choose two of the versions above.</Trans>
        </Empty>
      ) : error !== null ? (
        <Banner
          actions={
            <button type="button" className="btn btn-small" onClick={() => setRound(round + 1)}>
              <Trans>Try again</Trans>
            </button>
          }
        >
          <Trans>
            The versions could not be compared: <Refused cause={error} />
          </Trans>
        </Banner>
      ) : diff === null ? (
        <div className="grid min-h-40 place-items-center text-muted" aria-busy="true">
          <span className="flex items-center gap-2">
            <Icon name="half" className="spin" />
            <Trans>Comparing</Trans>
          </span>
        </div>
      ) : (
        <Body diff={diff} compared={compared} onCompare={onCompare} />
      )}
    </section>
  )
}
export default Compare
