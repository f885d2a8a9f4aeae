/** The keys by group. */
import type { MessageDescriptor } from "@lingui/core"
import { msg } from "@lingui/core/macro"
import { useLingui } from "@lingui/react"
import { keyTable, type Group } from "../lib/keys.ts"

const groups: Readonly<Record<Group, MessageDescriptor>> = {
  everywhere: msg`Everywhere`,
  list: msg`List of links`,
  link: msg`A link`,
  sealing: msg`Sealing`,
}
const shown: Readonly<Record<string, string>> = { " ": "Space", ArrowDown: "↓", ArrowUp: "↑" }

const Keys = ({ text }: { readonly text: string }) =>
  (text === " " ? [" "] : text.split(" ")).map((key) => (
    <kbd key={key} className="kbd">
      {shown[key] ?? key}
    </kbd>
  ))

export const KeysTable = () => {
  const { _ } = useLingui()
  return (
    <div className="grid gap-x-8 gap-y-4 sm:grid-cols-2">
      {(Object.keys(groups) as Group[]).map((group) => (
        <section key={group}>
          <h3 className="eyebrow mb-1">{_(groups[group])}</h3>
          <dl>
            {keyTable
              .filter((row) => row.group === group)
              .map((row) => (
                <div key={row.id} className="flex items-center justify-between gap-3 py-0.75">
                  <dt>{_(row.does)}</dt>
                  <dd className="flex gap-1 whitespace-nowrap">
                    {row.keys.map((text) => (
                      <span key={text} className="flex gap-0.5">
                        <Keys text={text} />
                      </span>
                    ))}
                  </dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
    </div>
  )
}
