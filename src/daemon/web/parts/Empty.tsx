/** What stands where nothing is: a sentence, and what to do about it. */
import type { ReactNode } from "react"
import { Icon, type Glyph } from "./Icon.tsx"

export const Empty = ({
  icon,
  title,
  children,
}: {
  readonly icon: Glyph
  readonly title: ReactNode
  readonly children?: ReactNode
}) => (
  <div className="mx-auto flex max-w-lg flex-col items-center gap-3 px-4 py-16 text-center">
    <Icon name={icon} size={32} className="text-muted" />
    <h2 className="text-base font-semibold">{title}</h2>
    <div className="text-muted">{children}</div>
  </div>
)
