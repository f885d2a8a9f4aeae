/** The title of a page as it is kept: a stranger's text, on one line, that cannot turn the text around it. Pure. */

/** Embeddings, overrides and isolates; the plain marks of right-to-left text are harmless and stay. */
const turning = /[\u202a-\u202e\u2066-\u2069]/g
// oxlint-disable-next-line no-control-regex
const controls = /[\u0000-\u001f\u007f-\u009f]+/g

/** Controls become blanks, what overrides the direction goes. */
export const cleanTitle = (title: string): string => title.replace(turning, "").replace(controls, " ").trim()
