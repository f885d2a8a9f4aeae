/** The daemon's reason in the reader's language; one that is not known here stays English, and is marked so. */
import { useLingui as useRuntime } from "@lingui/react"
import { useMemo } from "react"
import { reasonIn } from "./reasons.ts"

/** Null where the sentence is not known in the reader's language. */
export const useReason = (why: string): string | null => {
  const { _, i18n } = useRuntime()
  return useMemo(() => (i18n.locale === "en" ? why : reasonIn(why, (words) => _(words))), [_, i18n, why])
}

export const WhyText = ({ why }: { readonly why: string }) => {
  const reason = useReason(why)
  return reason === null ? <span lang="en">{why}</span> : <>{reason}</>
}
