/** What the list shows when it has no rows: the first run, no match, the very first load. */
import { Trans, useLingui } from "@lingui/react/macro"
import { useState } from "react"
import { Link, useLocation } from "wouter"
import { Empty } from "../parts/Empty.tsx"
import { Icon } from "../parts/Icon.tsx"
import { isComposing } from "../lib/keys.ts"

export const NoLinks = () => {
  const { t } = useLingui()
  const [, navigate] = useLocation()
  const [url, setUrl] = useState("")
  const go = () => navigate(`/add?url=${encodeURIComponent(url.trim())}`)
  return (
    <div className="mx-auto flex w-full max-w-xl flex-col gap-4 px-4 py-[12vh]">
      <h2 className="text-xl font-semibold">
        <Trans>Keep your first page</Trans>
      </h2>
      <form
        className="flex gap-2 max-sm:flex-col"
        onSubmit={(event) => {
          event.preventDefault()
          if (url.trim() !== "") go()
        }}
      >
        <input
          type="text"
          inputMode="url"
          className="field h-10 min-w-0 grow max-sm:shrink-0"
          aria-label={t`Address`}
          placeholder="https://"
          autoFocus
          spellCheck={false}
          value={url}
          onKeyDown={(event) => isComposing(event) && event.preventDefault()}
          onChange={(event) => setUrl(event.target.value)}
        />
        <button type="submit" className="btn btn-primary h-10" disabled={url.trim() === ""}>
          <Icon name="plus" />
          <Trans>Add</Trans>
        </button>
      </form>
      <p className="text-muted">
        <Trans>
          Linkseal opens the page once, by itself, and keeps what it looked like and what it said: on this
          machine, every version, nowhere else.
        </Trans>
      </p>
      <p>
        <Link href="/add" className="link">
          <Trans>Add many at once</Trans>
        </Link>
      </p>
    </div>
  )
}

export const NoMatch = ({
  query,
  onQuery,
}: {
  readonly query: string
  readonly onQuery: (query: string) => void
}) => (
  <Empty icon="search" title={<Trans>Nothing matches</Trans>}>
    <p className="break-words">
      <Trans>
        No link has: <span className="font-mono text-fg">{query}</span>
      </Trans>
    </p>
    <button type="button" className="btn mt-4" onClick={() => onQuery("")}>
      <Trans>Clear the search</Trans>
    </button>
  </Empty>
)

const widths = ["w-[38%]", "w-[54%]", "w-[45%]", "w-[62%]", "w-[33%]", "w-[49%]", "w-[58%]", "w-[41%]"]

export const Skeleton = () => {
  const { t } = useLingui()
  return (
    <div
      aria-busy="true"
      aria-label={t`Loading the links`}
      role="status"
      className="grow overflow-hidden px-4 pt-9"
    >
      {widths.map((width) => (
        <div key={width} className="flex h-9 items-center gap-4">
          <div className="pulse h-4 w-20 rounded bg-line" />
          <div className={`pulse h-4 rounded bg-line ${width}`} />
        </div>
      ))}
    </div>
  )
}
