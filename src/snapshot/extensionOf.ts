/** The ending of a file name that fits what an artefact is, for programs that open files by it. */

const extensions: Readonly<Record<string, string>> = {
  "text/html": ".html",
  "text/plain": ".txt",
  "application/json": ".json",
  "application/pdf": ".pdf",
  "image/png": ".png",
  "image/jpeg": ".jpg",
  "image/webp": ".webp",
  "image/svg+xml": ".svg",
  "image/x-icon": ".ico",
  "application/wacz+zip": ".wacz",
  "application/zip": ".zip",
}

/** By the media type, else the one the name has, else `.bin`. */
export const extensionOf = (name: string, mediaType: string): string =>
  extensions[mediaType.split(";", 1)[0]!.trim()] ?? /\.[a-z0-9]{1,5}$/.exec(name)?.[0] ?? ".bin"
