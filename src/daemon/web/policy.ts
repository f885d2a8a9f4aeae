/**
 * What the page asks of the Content-Security-Policy it is served with. Plain data without imports, for the daemon and
 * for the tests; a browser test fails when a library changes the style below.
 */

/** React Aria adds one `<style>` with its press rule; everything else comes from files of our own. */
const styleHashes: ReadonlyArray<string> = ["sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o="]

/** The policy for `index.html`; `artefactOrigin` is where snapshots are served from, e.g. `http://localhost:7461`. */
export const pagePolicy = (artefactOrigin: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' ${styleHashes.map((hash) => `'${hash}'`).join(" ")}`,
    `img-src 'self' data: ${artefactOrigin}`,
    `frame-src 'self' ${artefactOrigin}`,
    "connect-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ")
