/**
 * `/add`: can be linked with `?url=` and `?tags=`, which is what the bookmarklet does. Other apps share a text with the
 * address inside: the words around it become the note.
 */
import { Trans, useLingui } from "@lingui/react/macro"
import { useEffect, useRef } from "react"
import { Link } from "wouter"
import { useSearch } from "../lib/search.ts"
import { OfflineBand } from "../parts/Connection.tsx"
import { PageHead, useTitle } from "../parts/PageHead.tsx"
import { QueuePill } from "../parts/QueuePill.tsx"
import { AddForm } from "./AddForm.tsx"
import { readShared } from "./recognise.ts"
import { useSayAdded } from "./useSayAdded.tsx"

/** React refuses `javascript:` addresses in its own attributes, rightly; this one is meant to be dragged, not pressed. */
const Bookmarklet = () => {
  const place = useRef<HTMLAnchorElement>(null)
  useEffect(() => {
    const target = JSON.stringify(`${location.origin}/add?url=`)
    place.current?.setAttribute("href", `javascript:void open(${target}+encodeURIComponent(location.href))`)
  }, [])
  return (
    <a
      ref={place}
      className="btn btn-small cursor-grab"
      onClick={(event) => event.preventDefault()}
      draggable
    >
      <Trans>Save to Linkseal</Trans>
    </a>
  )
}

const AddPage = () => {
  const { t } = useLingui()
  const search = new URLSearchParams(useSearch())
  const sayAdded = useSayAdded()
  useTitle(t`Add links`)
  const tags = (search.get("tags") ?? "").split(",").filter((tag) => tag !== "")
  const shared = readShared(search.getAll("url").filter((text) => text.trim() !== ""))
  return (
    <>
      <OfflineBand />
      <PageHead>
        <h1 className="grow text-base font-semibold">
          <Trans>Add links</Trans>
        </h1>
        <QueuePill />
      </PageHead>
      <div className="grid grow content-start gap-8 px-3 py-6 sm:px-4 wide:grid-cols-[minmax(0,44rem)_minmax(0,20rem)]">
        <AddForm
          start={shared.addresses}
          startTags={tags}
          startNote={shared.words}
          rows={8}
          onAdded={sayAdded}
        />
        <aside className="flex max-w-176 flex-col gap-5 text-muted wide:border-l wide:border-line wide:pl-8">
          <section>
            <h2 className="mb-1 font-semibold text-fg">
              <Trans>What happens then</Trans>
            </h2>
            <p>
              <Trans>
                Each address becomes a link at once. Captures run one after the other, politely to each site,
                and go on when this page is closed. Every link ends as saved, doubtful or failed, with its
                reason.
              </Trans>
            </p>
            <p className="mt-2">
              <Link href="/" className="link">
                <Trans>To the list</Trans>
              </Link>
            </p>
          </section>
          <section>
            <h2 className="mb-2 font-semibold text-fg">
              <Trans>From anywhere</Trans>
            </h2>
            <p className="leading-8">
              <Trans>
                Drag <Bookmarklet /> to your bookmarks bar.
              </Trans>
            </p>
            <p className="mt-3">
              <Trans>In a terminal:</Trans>
            </p>
            <code
              className="mt-1 block overflow-x-auto rounded-md bg-sunken px-3 py-2 font-mono text-[0.8125rem] text-fg"
              tabIndex={0}
            >
              bin/linkseal add URL --tag TAG
            </code>
          </section>
        </aside>
      </div>
    </>
  )
}
export default AddPage
