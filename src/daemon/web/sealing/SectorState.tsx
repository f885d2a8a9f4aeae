/** The state of a sector as a mark: the name as Lotus writes it, the gloss in the tooltip. */
import { useLingui as useRuntime } from "@lingui/react"
import { Icon } from "../parts/Icon.tsx"
import { glosses, kindGlyphs, kindOf, nameOf } from "./states.ts"

export const SectorState = ({ state }: { readonly state: string }) => {
  const { _ } = useRuntime()
  const kind = kindOf(state === "" ? "UndefinedSectorState" : state)
  const gloss = glosses[state === "" ? "UndefinedSectorState" : state]
  return (
    <span className={`state k-${kind}`} data-state={state} title={gloss === undefined ? undefined : _(gloss)}>
      <Icon name={kindGlyphs[kind]} />
      <span lang="en">{nameOf(state)}</span>
    </span>
  )
}
