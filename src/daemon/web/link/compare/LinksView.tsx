/** The addresses that a page began or ceased to link to. */
import { Plural, Trans } from "@lingui/react/macro"
import { useState, type ReactNode } from "react"
import type { LinksDiff } from "../../lib/types.ts"

/** Shown at first, and at each asking for more. */
const atOnce = 200

/** What is on a kept page is hostile: only addresses of the web become links. */
const isWeb = (address: string) => /^https?:\/\//i.test(address)

const Addresses = ({
  title,
  addresses,
  kind,
}: {
  readonly title: ReactNode
  readonly addresses: ReadonlyArray<string>
  readonly kind: "ins" | "del"
}) => {
  const [shown, setShown] = useState(atOnce)
  const rest = addresses.length - shown
  const Mark = kind
  return (
    <section>
      <h3 className="font-semibold">{title}</h3>
      <ul className="mt-1 flex flex-col gap-0.5">
        {addresses.slice(0, shown).map((address) => (
          <li key={address} className="[overflow-wrap:anywhere]">
            <Mark>
              {isWeb(address) ? (
                <a href={address} target="_blank" rel="noreferrer noopener" className="hover:underline">
                  {address}
                </a>
              ) : (
                address
              )}
            </Mark>
          </li>
        ))}
      </ul>
      {rest > 0 && (
        <button type="button" className="btn btn-small mt-2" onClick={() => setShown(shown + atOnce)}>
          <Plural value={rest} one="Show # more" other="Show # more" />
        </button>
      )}
    </section>
  )
}

export const LinksView = ({ links }: { readonly links: LinksDiff }) => {
  const { added, removed } = links
  return (
    <div className="diff flex flex-col gap-5 p-3 sm:p-4">
      {added.length > 0 && (
        <Addresses
          kind="ins"
          addresses={added}
          title={<Plural value={added.length} one="# link came" other="# links came" />}
        />
      )}
      {removed.length > 0 && (
        <Addresses
          kind="del"
          addresses={removed}
          title={<Plural value={removed.length} one="# link went" other="# links went" />}
        />
      )}
      <p className="text-muted">
        {added.length + removed.length === 0 ? (
          <Trans>Both versions link to the same addresses.</Trans>
        ) : null}{" "}
        <Plural value={links.kept} one="# link is in both." other="# links are in both." />
      </p>
    </div>
  )
}
