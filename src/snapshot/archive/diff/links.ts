/** Which addresses a page began or ceased to link to. Pure. */

export interface LinksDiff {
  readonly added: ReadonlyArray<string>
  readonly removed: ReadonlyArray<string>
  /** Linked to by both. */
  readonly kept: number
}

/** Each address counts once, whatever its fragment; in the order of the page. */
export const diffLinks = (before: ReadonlyArray<string>, after: ReadonlyArray<string>): LinksDiff => {
  const [old, young] = [before, after].map((links) => new Set(links.map((link) => link.split("#", 1)[0]!)))
  return {
    added: [...young!].filter((link) => !old!.has(link)),
    removed: [...old!].filter((link) => !young!.has(link)),
    kept: [...young!].filter((link) => old!.has(link)).length,
  }
}
