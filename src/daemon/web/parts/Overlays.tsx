/** Dialog and menu, on React Aria: focus, Escape, touch and screen readers are its work, the look is ours. */
import { useLingui } from "@lingui/react/macro"
import type { ReactNode, RefObject } from "react"
import {
  Dialog,
  Heading,
  Menu,
  MenuItem,
  Modal,
  ModalOverlay,
  Popover,
  Separator,
} from "react-aria-components"
import { Icon, type Glyph } from "./Icon.tsx"

export const Sheet = ({
  title,
  onClose,
  children,
  width = "max-w-xl",
}: {
  readonly title: ReactNode
  readonly onClose: () => void
  readonly children: ReactNode
  readonly width?: string
}) => {
  const { t } = useLingui()
  return (
    <ModalOverlay isOpen isDismissable onOpenChange={(open) => open || onClose()} className="overlay">
      <Modal className={`pop slide-in w-full ${width}`}>
        <Dialog className="outline-none">
          <div className="flex items-center justify-between gap-3 border-b border-line py-2.5 pr-2.5 pl-4">
            <Heading slot="title" className="text-base font-semibold">
              {title}
            </Heading>
            <button
              type="button"
              className="btn btn-quiet btn-small btn-icon"
              aria-label={t`Close`}
              onClick={onClose}
            >
              <Icon name="close" />
            </button>
          </div>
          <div className="p-4">{children}</div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

export interface MenuRow {
  readonly id: string
  readonly text: ReactNode
  readonly icon?: Glyph
  readonly href?: string
  readonly disabled?: boolean
  /** Starts a group of its own. */
  readonly apart?: boolean
  readonly run?: () => void
}

/** One menu for all rows: it opens at whatever element asked for it. */
export const MenuAt = ({
  at,
  label,
  rows,
  onClose,
}: {
  readonly at: RefObject<Element | null>
  readonly label: string
  readonly rows: ReadonlyArray<MenuRow>
  readonly onClose: () => void
}) => (
  <Popover
    isOpen
    triggerRef={at}
    placement="bottom end"
    onOpenChange={(open) => open || onClose()}
    className="pop"
    aria-label={label}
  >
    <Menu className="menu" autoFocus="first" aria-label={label} onClose={onClose}>
      {rows.flatMap((row) => [
        ...(row.apart === true
          ? [<Separator key={`${row.id}-apart`} className="my-1 border-t border-line" />]
          : []),
        <MenuItem
          key={row.id}
          id={row.id}
          className="menu-item"
          isDisabled={row.disabled ?? false}
          textValue={typeof row.text === "string" ? row.text : row.id}
          {...(row.href === undefined
            ? { onAction: () => row.run?.() }
            : { href: row.href, target: "_blank", rel: "noreferrer noopener" })}
        >
          {row.icon !== undefined && <Icon name={row.icon} className="text-muted" />}
          {row.text}
        </MenuItem>,
      ])}
    </Menu>
  </Popover>
)
