/**
 * Tags as chips with a field behind them. Completion shows at most twenty of the daemon's tags; Enter or a comma takes
 * the text as a tag, but never while an input method composes.
 */
import { useLingui } from "@lingui/react/macro"
import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react"
import { api, isAbort, queryString } from "../lib/api.ts"
import { langOf } from "../lib/format.ts"
import { isComposing } from "../lib/keys.ts"
import type { TagCount } from "../lib/types.ts"
import { Icon } from "./Icon.tsx"

const shownTags = 20
const fold = (tag: string) => tag.normalize("NFC").toLowerCase()

const pauseMillis = 100

/** What the daemon knows for the text, twenty at a time: no page loads all tags. The old ones stay until the answer. */
const useSuggestions = (
  text: string,
  open: boolean,
  taken: ReadonlyArray<string>,
): ReadonlyArray<TagCount> => {
  const [found, setFound] = useState<ReadonlyArray<TagCount>>([])
  useEffect(() => {
    if (!open) return
    const calls = new AbortController()
    const timer = setTimeout(() => {
      const query = queryString({ q: text.trim(), limit: shownTags })
      void api<{ readonly tags: ReadonlyArray<TagCount> }>("GET", `/tags${query}`, { signal: calls.signal })
        .then(({ tags }) => setFound(tags))
        .catch((cause: unknown) => {
          if (!isAbort(cause)) setFound([])
        })
    }, pauseMillis)
    return () => {
      clearTimeout(timer)
      calls.abort()
    }
  }, [text, open])
  const has = new Set(taken.map(fold))
  return open
    ? found.filter((tag) => !has.has(fold(tag.name)) && fold(tag.name).includes(fold(text.trim())))
    : []
}

const TagChip = ({ tag, onRemove }: { readonly tag: string; readonly onRemove: () => void }) => {
  const { t } = useLingui()
  return (
    <span className="chip pr-0.5" lang={langOf(tag)}>
      <span className="truncate">{tag}</span>
      <button
        type="button"
        aria-label={t`Remove tag ${tag}`}
        className="grid size-6 -my-0.5 place-items-center rounded"
        onClick={onRemove}
      >
        <Icon name="close" size={11} />
      </button>
    </span>
  )
}

export const TagField = ({
  label,
  tags,
  onChange,
  autoFocus = false,
  placeholder,
}: {
  readonly label: string
  readonly tags: ReadonlyArray<string>
  readonly onChange: (tags: ReadonlyArray<string>) => void
  readonly autoFocus?: boolean
  readonly placeholder?: string
}) => {
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState("")
  const [open, setOpen] = useState(false)
  const [at, setAt] = useState(-1)
  const found = useSuggestions(text, open, tags)
  const take = (tag: string) => {
    const clean = tag.trim().replace(/^#/, "")
    if (clean !== "" && !tags.some((each) => fold(each) === fold(clean))) onChange([...tags, clean])
    setText("")
    setAt(-1)
    setOpen(false)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (isComposing(event)) return
    if (event.key === "Enter" && event.ctrlKey) return
    if ((event.key === "Enter" && (text !== "" || at >= 0)) || event.key === "," || event.key === "，") {
      event.preventDefault()
      take(found[at]?.name ?? text)
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault()
      const step = event.key === "ArrowDown" ? 1 : -1
      setOpen(true)
      setAt(found.length === 0 ? -1 : (at + step + found.length) % found.length)
    } else if (event.key === "Escape" && open && found.length > 0) {
      event.stopPropagation()
      setOpen(false)
    } else if (event.key === "Backspace" && text === "" && tags.length > 0) onChange(tags.slice(0, -1))
  }
  return (
    <div className="relative">
      <div
        className="field flex min-h-9 flex-wrap items-center gap-1 py-1 pl-1.5"
        onClick={() => input.current?.focus()}
      >
        {tags.map((tag) => (
          <TagChip key={tag} tag={tag} onRemove={() => onChange(tags.filter((each) => each !== tag))} />
        ))}
        <input
          ref={input}
          className="min-w-24 grow border-0 bg-transparent py-0.5 pl-1 outline-none"
          role="combobox"
          aria-label={label}
          aria-expanded={found.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={at >= 0 && found[at] !== undefined ? `${id}-${at}` : undefined}
          autoComplete="off"
          spellCheck={false}
          autoFocus={autoFocus}
          placeholder={tags.length === 0 ? placeholder : undefined}
          value={text}
          onBlur={() => {
            setOpen(false)
            if (text.trim() !== "") take(text)
          }}
          onChange={(event) => {
            setText(event.target.value)
            setAt(-1)
            setOpen(event.target.value.trim() !== "")
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <ul
        id={`${id}-list`}
        role="listbox"
        aria-label={label}
        hidden={found.length === 0}
        className="pop absolute z-30 mt-1 max-h-60 w-full min-w-48 overflow-auto p-1"
      >
        {found.map((tag, index) => (
          <li
            key={tag.name}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            lang={langOf(tag.name)}
            className="menu-item justify-between aria-selected:bg-sel hover:bg-sel"
            onMouseDown={(event) => {
              event.preventDefault()
              take(tag.name)
            }}
          >
            {tag.name}
            <span className="tnum text-muted">{tag.count}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}
