/** The rest of what a row can do. */
import { Plural, Trans, useLingui } from "@lingui/react/macro"
import { useRef } from "react"
import { useLocation } from "wouter"
import { isBusy, links } from "../lib/links.ts"
import { useKey } from "../lib/Store.ts"
import { removeLinks } from "../lib/toast.ts"
import { useOffline } from "../parts/Connection.tsx"
import { MenuAt, type MenuRow } from "../parts/Overlays.tsx"
import { askAgain, cancel } from "./actions.ts"

interface Props {
  readonly id: string
  readonly at: Element
  readonly onTags: (ids: ReadonlyArray<string>) => void
  readonly onClose: () => void
}

const RowMenu = ({ id, at, onTags, onClose }: Props) => {
  const { t } = useLingui()
  const [, navigate] = useLocation()
  const link = useKey(links, id)
  const disabled = useOffline() !== null
  const place = useRef(at)
  if (link === undefined) return null
  const again = link.state === "failed" || link.state === "cancelled"
  const rows: ReadonlyArray<MenuRow> = [
    { id: "open", text: t`Open`, icon: "forward", run: () => navigate(`/links/${encodeURIComponent(id)}`) },
    { id: "original", text: t`Original page`, icon: "out", href: link.url },
    isBusy(link.state)
      ? {
          id: "cancel",
          text: t`Cancel`,
          icon: "stop",
          disabled: disabled || link.state === "storing",
          apart: true,
          run: () => void cancel(id),
        }
      : {
          id: "again",
          text: again ? t`Retry now` : t`New version`,
          icon: "again",
          disabled,
          apart: true,
          run: () => void askAgain([id]),
        },
    ...(link.failure?.retryAt == null
      ? []
      : [{ id: "stop", text: t`Stop trying`, icon: "stop" as const, disabled, run: () => void cancel(id) }]),
    { id: "tags", text: t`Tags`, icon: "tag", disabled, run: () => onTags([id]) },
    {
      id: "copy",
      text: t`Copy the address`,
      icon: "copy",
      run: () => void navigator.clipboard.writeText(link.url),
    },
    {
      id: "remove",
      text: t`Remove`,
      icon: "remove",
      disabled,
      apart: true,
      run: () =>
        removeLinks(
          [id],
          <Plural value={1} one="# link removed" other="# links removed" />,
          <Trans>Undo</Trans>,
        ),
    },
  ]
  return <MenuAt at={place} label={t`Actions`} rows={rows} onClose={onClose} />
}
export default RowMenu
