/**
 * The search field. It asks 120 ms after the last keystroke and only when no input method is composing: with Chinese
 * input Enter confirms characters.
 */
import { Trans, useLingui } from "@lingui/react/macro"
import { useEffect, useRef, useState, type KeyboardEvent } from "react"
import { isComposing } from "../lib/keys.ts"
import { Icon } from "../parts/Icon.tsx"
import { SearchHelp } from "./SearchHelp.tsx"

const pauseMillis = 120

export const SearchField = ({
  query,
  onQuery,
}: {
  readonly query: string
  readonly onQuery: (query: string) => void
}) => {
  const { t } = useLingui()
  const [text, setText] = useState(query)
  const [help, setHelp] = useState(false)
  const asked = useRef(query)
  const composing = useRef(false)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => {
    // The address changed by another hand (Back, a chip): the field follows. Our own asking does not touch it.
    if (query === asked.current) return
    asked.current = query
    setText(query)
  }, [query])
  useEffect(() => () => clearTimeout(timer.current), [])
  const ask = (next: string, millis: number) => {
    clearTimeout(timer.current)
    if (composing.current) return
    timer.current = setTimeout(() => {
      asked.current = next.trim()
      onQuery(next.trim())
    }, millis)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (isComposing(event)) return
    if (event.key === "Enter") {
      event.preventDefault()
      ask(text, 0)
    }
    if (event.key === "Escape") {
      event.preventDefault()
      event.currentTarget.blur()
    }
  }
  return (
    <form
      role="search"
      className="relative min-w-0 grow basis-56"
      onSubmit={(event) => event.preventDefault()}
    >
      <div className="field flex max-w-3xl items-center gap-2 pr-0.5">
        <Icon name="search" className="text-muted" />
        <input
          id="search"
          type="search"
          className="min-w-0 grow border-0 bg-transparent py-1 outline-none [&::-webkit-search-cancel-button]:hidden"
          aria-label={t`Search links`}
          placeholder={t`Search: words, tag:, site:, state:`}
          autoComplete="off"
          spellCheck={false}
          value={text}
          onCompositionStart={() => {
            composing.current = true
            clearTimeout(timer.current)
          }}
          onCompositionEnd={(event) => {
            composing.current = false
            ask(event.currentTarget.value, pauseMillis)
          }}
          onChange={(event) => {
            setText(event.target.value)
            ask(event.target.value, pauseMillis)
          }}
          onKeyDown={onKeyDown}
        />
        {text !== "" && (
          <button
            type="button"
            className="btn btn-quiet btn-small btn-icon"
            aria-label={t`Clear the search`}
            onClick={() => {
              setText("")
              ask("", 0)
              document.getElementById("search")?.focus()
            }}
          >
            <Icon name="close" size={14} />
          </button>
        )}
        <button
          type="button"
          className="btn btn-quiet btn-small text-muted"
          aria-expanded={help}
          onClick={() => setHelp(!help)}
        >
          <Trans>syntax</Trans>
          <Icon name="down" size={12} />
        </button>
      </div>
      {help && (
        <SearchHelp
          onClose={() => setHelp(false)}
          onTake={(example) => {
            const next = text.trim() === "" ? example : `${text.trim()} ${example}`
            setHelp(false)
            setText(next)
            ask(next, 0)
          }}
        />
      )}
    </form>
  )
}
