/** The daemon's refusal inside a sentence of the page; what stays English is marked so. */
import { useLingui } from "@lingui/react"
import { refusalOf } from "../lib/refusals.ts"

export const Refused = ({ cause }: { readonly cause: unknown }) => {
  const { _ } = useLingui()
  const { text, detail } = refusalOf(cause)
  return (
    <>
      {text !== null && _(text)}
      {text !== null && detail !== "" && " · "}
      {detail !== "" && <span lang="en">{detail}</span>}
    </>
  )
}
