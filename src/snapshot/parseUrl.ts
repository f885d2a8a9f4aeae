/**
 * An address as a URL. Not by `URL.canParse`: in Node 20 and 22 that says no to every text with a letter of Latin-1 once it
 * has been called some thousand times (right again in Node 24), and `http://bücher.de/` is an address.
 */

/** Null when the text is no address, nor one relative to `base`. */
export const parseUrl = (text: string, base?: string): URL | null => {
  try {
    return new URL(text, base)
  } catch {
    return null
  }
}
