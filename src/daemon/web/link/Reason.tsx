/** Why a part is not there, in the reader's language where the daemon's text is known. */
import { useLingui } from "@lingui/react"
import { reasonOf } from "../links/reasons.ts"

export const Reason = ({ reason }: { readonly reason: string }) => {
  const { _ } = useLingui()
  const { text, detail } = reasonOf(reason)
  return (
    <>
      {text !== null && _(text)} {detail !== "" && <span lang="en">{detail}</span>}
    </>
  )
}
