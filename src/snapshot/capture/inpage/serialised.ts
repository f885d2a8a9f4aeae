/** What `serialise` gives: a document as parts, to be put together outside the page. */
/**
 * `resource`: a data URL goes here. `css`: style text whose addresses are relative to `base`, for a style element or a
 * style attribute. `sheet`: the style sheet at the address, `text` when it cannot be found. `frame`: the document
 * of the n-th frame element, escaped for an attribute; `head`: here the head begins.
 */
export type Part =
  | string
  | { readonly kind: "resource"; readonly url: string; readonly media: boolean }
  | { readonly kind: "css"; readonly text: string; readonly base: string; readonly attribute: boolean }
  | { readonly kind: "sheet"; readonly url: string; readonly text: string | null }
  | { readonly kind: "frame"; readonly index: number; readonly attribute: boolean }
  | { readonly kind: "head" }

export interface Serialised {
  readonly parts: ReadonlyArray<Part>
  readonly quirks: boolean
  readonly url: string
}

export interface SerialiseOptions {
  /** Text and structure only, for the article extractors: no styles, frames, canvas or form state. */
  readonly plain: boolean
}
