/** What `serialise` gives: a document as parts, to be put together outside the page. */

import type { Frameset } from "../html/frameset.ts"

/** What the page was told that its reader likes. */
export type ColorScheme = "light" | "dark"

/**
 * `resource`: a data URL goes here; `embedded`: it was a document of its own, which loaded what it names. `picture`: the whole `src` of an `img` outside shadow roots, which many may share.
 * `css`: style text whose addresses are relative to `base`, for a style element or a
 * style attribute. `sheet`: the style sheet at the address, `text` when it cannot be found. `media`: a media query,
 * `scheme`: a list of colour schemes, both for an attribute. `drawing`: what a `use` element shows of another file,
 * and then `use`: its name; `root` tells the document and its shadow roots apart, which see only their own names.
 * `frameset`: the beginning of a page of frames, or of a part of one. `frame`: the document of the n-th frame element; `head`: here the head begins, with the rules of shared pictures;
 * `shared`: these rules alone.
 */
export type Part =
  | string
  | { readonly kind: "resource"; readonly url: string; readonly media: boolean; readonly embedded?: boolean }
  | { readonly kind: "picture"; readonly url: string }
  | { readonly kind: "css"; readonly text: string; readonly base: string; readonly attribute: boolean }
  | { readonly kind: "sheet"; readonly url: string; readonly text: string | null }
  | { readonly kind: "media"; readonly text: string }
  | { readonly kind: "scheme"; readonly text: string }
  | { readonly kind: "drawing"; readonly url: string; readonly root: number }
  | { readonly kind: "use"; readonly url: string }
  | ({ readonly kind: "frameset" } & Frameset)
  | { readonly kind: "frame"; readonly index: number }
  | { readonly kind: "head" }
  | { readonly kind: "shared" }

export interface Serialised {
  readonly parts: ReadonlyArray<Part>
  readonly quirks: boolean
  readonly scheme: ColorScheme
  readonly url: string
}

export interface SerialiseOptions {
  /** Text and structure only, for the article extractors: no styles, frames, canvas or form state. */
  readonly plain: boolean
  /** Remember what was written in addresses, for style sheets that ask for it (`data-ls-href`, `data-ls-src`). */
  readonly written: boolean
  /** What came for the addresses of `link` elements, and the address that its own are relative to. */
  readonly sources: Readonly<Record<string, SheetSource>>
  /** Fonts that scripts added. */
  readonly fonts: ReadonlyArray<ScriptFont>
}

/** The descriptors of a font, `src` among them, by their names in CSS. */
export type ScriptFont = Readonly<Record<string, string>>

export interface SheetSource {
  readonly text: string
  readonly base: string
}
