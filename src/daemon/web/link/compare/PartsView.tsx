/** Which kept parts are not the same bytes, or are in one version only, and how large they are. */
import { Trans } from "@lingui/react/macro"
import { bytes } from "../../lib/format.ts"
import type { Diff, Snapshot } from "../../lib/types.ts"
import { addressOf, kept } from "../artefacts.ts"

const Cell = ({ snapshot, name }: { readonly snapshot: Snapshot; readonly name: string }) => {
  const part = kept(snapshot, name)
  return (
    <td className="tnum py-2 pr-4 text-right whitespace-nowrap">
      {part === undefined ? (
        <span className="text-muted">
          <Trans>not there</Trans>
        </span>
      ) : (
        <a className="link" href={addressOf(snapshot, name)} target="_blank" rel="noreferrer noopener">
          {bytes(part.bytes)}
        </a>
      )}
    </td>
  )
}

export const PartsView = ({ diff }: { readonly diff: Diff }) => {
  const [from, to] = [diff.from.version, diff.to.version]
  if (diff.files.length === 0) {
    return (
      <p className="p-4 text-muted">
        <Trans>Every part is the same, byte for byte.</Trans>
      </p>
    )
  }
  return (
    <div className="overflow-x-auto p-4" tabIndex={0} role="group">
      <table className="w-full border-collapse">
        <thead>
          <tr className="eyebrow text-left">
            <th className="pb-1 font-semibold">
              <Trans>Part</Trans>
            </th>
            <th className="pr-4 pb-1 text-right font-semibold">
              <Trans>Version {from}</Trans>
            </th>
            <th className="pr-4 pb-1 text-right font-semibold">
              <Trans>Version {to}</Trans>
            </th>
          </tr>
        </thead>
        <tbody>
          {diff.files.map((name) => (
            <tr key={name} className="border-b border-line/70 last:border-0">
              <td className="py-2 pr-4 font-mono text-[0.8125rem]">{name}</td>
              <Cell snapshot={diff.from} name={name} />
              <Cell snapshot={diff.to} name={name} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
