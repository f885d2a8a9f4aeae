/** The title of a page as it is kept: a stranger's text, on one line, that cannot turn the text around it. Pure. */

/** Embeddings, overrides and isolates; the plain marks of right-to-left text are harmless and stay. */
const turning = /[\u202a-\u202e\u2066-\u2069]/g
const controls = /\p{Cc}+/gu

/** Controls become blanks, what overrides the direction goes. */
export const cleanTitle = (title: string): string => title.replace(turning, "").replace(controls, " ").trim()
