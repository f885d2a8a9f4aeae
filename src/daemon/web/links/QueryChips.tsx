/** How the query was understood: one chip per term, each can be taken out. */
import { useLingui } from "@lingui/react/macro"
import { langOf } from "../lib/format.ts"
import { knownKeys, termsOf, withoutTerm, type Term } from "../lib/query.ts"
import { Icon } from "../parts/Icon.tsx"

/** The filter that was probably meant: one letter off, or two swapped. */
const meant = (term: Term): string | undefined => {
  const colon = term.text.indexOf(":")
  if (term.key !== null || colon < 2 || term.text.startsWith("http")) return undefined
  const word = term.text.slice(0, colon).replace(/^-/, "").toLowerCase()
  const letters = (text: string) => [...text].sort().join("")
  return knownKeys.find((key) => letters(key) === letters(word) || `${key}s` === word || key === `${word}s`)
}

export const QueryChips = ({
  query,
  onQuery,
}: {
  readonly query: string
  readonly onQuery: (query: string) => void
}) => {
  const { t } = useLingui()
  const terms = termsOf(query)
  const hints = terms.flatMap((term) => {
    const key = meant(term)
    return key === undefined ? [] : [{ text: term.text, key }]
  })
  return (
    <>
      {terms.map((term, index) => {
        const text = term.text
        return (
          <span key={`${index}-${text}`} className="chip pr-0.5" data-term={term.key ?? "word"}>
            <span className="truncate" lang={langOf(term.value)}>
              {term.negated && <span className="text-failed">− </span>}
              {term.key !== null && <span className="text-muted">{term.key}:</span>}
              {term.value}
            </span>
            <button
              type="button"
              className="grid size-6 -my-0.5 place-items-center rounded"
              aria-label={t`Take out ${text}`}
              onClick={() => onQuery(withoutTerm(query, index))}
            >
              <Icon name="close" size={11} />
            </button>
          </span>
        )
      })}
      {hints.map(({ text, key }) => (
        <span key={text}>
          {t`“${text}” is searched as a word.`}{" "}
          <button
            type="button"
            className="link"
            onClick={() => onQuery(query.replace(/^(-?)[^:]+:/, `$1${key}:`))}
          >
            {t`Did you mean ${key}: ?`}
          </button>
        </span>
      ))}
    </>
  )
}
