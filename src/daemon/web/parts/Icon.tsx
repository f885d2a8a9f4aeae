/** The glyphs, drawn: fonts draw these characters differently, and some not at all. */
import type { ReactNode } from "react"

const stroke = {
  fill: "none",
  stroke: "currentColor",
  strokeWidth: 1.5,
  strokeLinecap: "round",
  strokeLinejoin: "round",
} as const
const line = (d: string) => <path d={d} {...stroke} />

const glyphs = {
  square: <rect x="3.5" y="3.5" width="9" height="9" rx="1.5" {...stroke} />,
  half: (
    <>
      <circle cx="8" cy="8" r="5" {...stroke} />
      <path d="M8 3a5 5 0 0 1 0 10z" fill="currentColor" />
    </>
  ),
  clock: (
    <>
      <circle cx="8" cy="8" r="5.25" {...stroke} />
      {line("M8 5v3l2 1.5")}
    </>
  ),
  check: line("M3.5 8.5l3 3 6-7"),
  alert: (
    <>
      <path d="M8 3v6" {...stroke} strokeWidth="2" />
      <circle cx="8" cy="12.25" r="1.15" fill="currentColor" />
    </>
  ),
  question: (
    <>
      {line("M5.75 6a2.25 2.25 0 1 1 3.3 2c-.7.4-1.05.9-1.05 1.6")}
      <circle cx="8" cy="12.25" r="1" fill="currentColor" />
    </>
  ),
  leave: line("M8 2.5v7m-3-3 3 3 3-3M3.5 13h9"),
  gone: (
    <>
      <circle cx="8" cy="8" r="5" {...stroke} />
      {line("M4.5 11.5l7-7")}
    </>
  ),
  globe: (
    <>
      <circle cx="8" cy="8" r="5.5" {...stroke} />
      {line("M2.5 8h11M8 2.5c2 1.6 2.6 3.4 2.6 5.5S10 11.9 8 13.5C6 11.9 5.4 10.1 5.4 8S6 4.1 8 2.5z")}
    </>
  ),
  circle: <circle cx="8" cy="8" r="4.75" {...stroke} />,
  stop: (
    <>
      <circle cx="8" cy="8" r="5" {...stroke} />
      {line("M5.5 8h5")}
    </>
  ),
  links: line(
    "M6.8 9.2a2.6 2.6 0 0 1 0-3.7l1.9-1.9a2.6 2.6 0 0 1 3.7 3.7l-.8.8M9.2 6.8a2.6 2.6 0 0 1 0 3.7l-1.9 1.9a2.6 2.6 0 0 1-3.7-3.7l.8-.8",
  ),
  plus: line("M8 3.25v9.5M3.25 8h9.5"),
  sealing: (
    <>
      {line("M8 2.25 13 5v6l-5 2.75L3 11V5z")}
      {line("M3 5l5 2.75L13 5M8 7.75v6")}
    </>
  ),
  settings: (
    <>
      {line("M2.5 4.75h6.25M12.25 4.75h1.25M2.5 11.25h1.25M7.25 11.25h6.25")}
      <circle cx="10.5" cy="4.75" r="1.75" {...stroke} />
      <circle cx="5.5" cy="11.25" r="1.75" {...stroke} />
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4.25" {...stroke} />
      {line("M10.25 10.25 13.5 13.5")}
    </>
  ),
  swap: line("M2.75 5.5h10M10 2.75l2.75 2.75L10 8.25M13.25 10.5h-10M6 7.75 3.25 10.5 6 13.25"),
  compare: line("M6.75 3.25h-3.5v9.5h3.5M9.25 3.25h3.5v9.5h-3.5M8 1.75v12.5"),
  more: (
    <>
      <circle cx="3.5" cy="8" r="1.25" fill="currentColor" />
      <circle cx="8" cy="8" r="1.25" fill="currentColor" />
      <circle cx="12.5" cy="8" r="1.25" fill="currentColor" />
    </>
  ),
  close: line("M4 4l8 8M12 4l-8 8"),
  tag: (
    <>
      {line("M2.75 7.5V3.25a.5.5 0 0 1 .5-.5H7.5l5.6 5.6a1 1 0 0 1 0 1.4l-3.35 3.35a1 1 0 0 1-1.4 0z")}
      <circle cx="5.5" cy="5.5" r="1" fill="currentColor" />
    </>
  ),
  pause: line("M5.5 3.5v9M10.5 3.5v9"),
  play: <path d="M5 3.25v9.5L12.5 8z" fill="currentColor" stroke="currentColor" strokeLinejoin="round" />,
  out: line("M6.5 3.5h-3v9h9v-3M9 2.75h4.25V7M13 3 7.5 8.5"),
  back: line("M9.5 3.5 5 8l4.5 4.5"),
  forward: line("M6.5 3.5 11 8l-4.5 4.5"),
  down: line("M3.5 6 8 10.5 12.5 6"),
  again: line("M12.75 8a4.75 4.75 0 1 1-1.4-3.36M12.5 2.25v2.9H9.6"),
  remove: line("M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.5 8.5h6l.5-8.5M6.75 7v3.5M9.25 7v3.5"),
  edit: line("M3 13l.6-2.6 7-7a1.2 1.2 0 0 1 1.7 0l.3.3a1.2 1.2 0 0 1 0 1.7l-7 7z"),
  copy: (
    <>
      <rect x="5.5" y="5.5" width="7.5" height="7.5" rx="1.25" {...stroke} />
      {line("M10.5 3.75V3.5a.75.75 0 0 0-.75-.75H3.5a.75.75 0 0 0-.75.75v6.25c0 .4.35.75.75.75h.25")}
    </>
  ),
  sun: (
    <>
      <circle cx="8" cy="8" r="2.75" {...stroke} />
      {line(
        "M8 1.75v1M8 13.25v1M1.75 8h1M13.25 8h1M3.6 3.6l.7.7M11.7 11.7l.7.7M12.4 3.6l-.7.7M4.3 11.7l-.7.7",
      )}
    </>
  ),
  moon: line("M13 9.3A5.3 5.3 0 0 1 6.7 3a5.3 5.3 0 1 0 6.3 6.3z"),
  auto: (
    <>
      <circle cx="8" cy="8" r="5" {...stroke} />
      <path d="M8 3a5 5 0 0 0 0 10z" fill="currentColor" />
    </>
  ),
  keyboard: (
    <>
      <rect x="1.75" y="4" width="12.5" height="8" rx="1.5" {...stroke} />
      {line("M4.5 6.75h.01M7 6.75h.01M9.5 6.75h.01M11.75 6.75h.01M5 9.5h6")}
    </>
  ),
  key: (
    <>
      <circle cx="5.25" cy="10.75" r="2.5" {...stroke} />
      {line("M7.1 8.9l5.4-5.4M10.5 5.5l2 2")}
    </>
  ),
} as const

export type Glyph = keyof typeof glyphs

/** A glyph of 16 px; decoration only, the name is beside it or on its button. */
export const Icon = ({
  name,
  size = 16,
  className,
}: {
  readonly name: Glyph
  readonly size?: number
  readonly className?: string
}): ReactNode => (
  <svg
    aria-hidden="true"
    width={size}
    height={size}
    viewBox="0 0 16 16"
    className={`shrink-0 ${className ?? ""}`}
  >
    {glyphs[name]}
  </svg>
)

/** The same glyph inside another drawing. */
export const GlyphIn = ({
  name,
  x,
  y,
  size,
}: {
  readonly name: Glyph
  readonly x: number
  readonly y: number
  readonly size: number
}) => (
  <svg aria-hidden="true" className="glyph" x={x} y={y} width={size} height={size} viewBox="0 0 16 16">
    {glyphs[name]}
  </svg>
)
