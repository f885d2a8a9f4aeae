/**
 * Thirty pages of Debian's documentation packages, served on loopback: real pages that others have written, from a
 * search page to a page 115,000 px tall, in ten languages.
 */
import { createServer } from "node:http"
import { existsSync, realpathSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { extname, join } from "node:path"

interface Collection {
  readonly packages: ReadonlyArray<string>
  readonly folder: string
  readonly pages: ReadonlyArray<string>
}

const collections: Readonly<Record<string, Collection>> = {
  python: {
    packages: ["python3.11-doc"],
    folder: "/usr/share/doc/python3.11/html",
    pages: ["contents", "genindex-all", "library/os", "library/stdtypes", "library/asyncio-task", "search"],
  },
  handbook: {
    packages: ["debian-handbook"],
    folder: "/usr/share/doc/debian-handbook/html",
    pages: [
      "zh-CN/index",
      "zh-CN/sect.apt-get",
      "zh-CN/sect.release-lifecycle",
      "zh-TW/index",
      "ja-JP/index",
      "ko-KR/index",
      "ar-MA/index",
      "fa-IR/index",
    ],
  },
  postgresql: {
    packages: ["postgresql-doc-15"],
    folder: "/usr/share/doc/postgresql-doc-15/html",
    pages: ["bookindex", "sql-select", "functions-json"],
  },
  reference: {
    packages: ["debian-reference-zh-cn", "debian-reference-ja"],
    folder: "/usr/share/debian-reference",
    pages: ["ch02.zh-cn", "ch01.zh-cn", "ch09.ja"],
  },
  rust: {
    packages: ["rust-doc"],
    folder: "/usr/share/doc/rust-doc/html",
    pages: [
      "std/vec/struct.Vec",
      "core/arch/x86_64/index",
      "book/print",
      "error-index",
      "book/ch04-01-what-is-ownership",
    ],
  },
  qt: {
    packages: ["qtbase5-doc-html"],
    folder: "/usr/share/qt5/doc",
    pages: ["qtcore/qstring", "qtgui/qpainter"],
  },
  django: {
    packages: ["python-django-doc"],
    folder: "/usr/share/doc/python-django-doc/html",
    pages: ["genindex", "ref/models/querysets"],
  },
  libreoffice: {
    packages: ["libreoffice-help-common", "libreoffice-help-zh-cn"],
    folder: "/usr/share/libreoffice/help",
    pages: ["zh-CN/text/swriter/main0000"],
  },
}

export interface DebianPage {
  /** For example `python/library/os`. */
  readonly name: string
  readonly file: string
  readonly url: (origin: string) => string
}

export const debianPages: ReadonlyArray<DebianPage> = Object.entries(collections).flatMap(
  ([collection, { folder, pages }]) =>
    pages.map((page) => ({
      name: `${collection}/${page}`,
      file: join(folder, `${page}.html`),
      url: (origin: string) => `${origin}/${collection}/${page}.html`,
    })),
)

/** The packages that have to be installed first; none when all pages are there. */
export const missingPackages = (): ReadonlyArray<string> =>
  Object.values(collections)
    .filter(({ folder, pages }) => pages.some((page) => !existsSync(join(folder, `${page}.html`))))
    .flatMap(({ packages }) => packages)

const mediaTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".gif": "image/gif",
  ".jpg": "image/jpeg",
  ".ico": "image/x-icon",
  ".woff": "font/woff",
  ".woff2": "font/woff2",
  ".ttf": "font/ttf",
}

export interface DebianSite {
  readonly origin: string
  readonly close: () => Promise<void>
}

export const serveDebianPages = async (): Promise<DebianSite> => {
  const server = createServer((request, response) => {
    const [, collection = "", ...rest] = decodeURIComponent(
      new URL(request.url ?? "/", "http://x").pathname,
    ).split("/")
    const folder = collections[collection]?.folder
    const wanted = folder === undefined ? null : join(folder, ...rest)
    const answer = async () => {
      // Debian links what several packages share out of the folder; what is asked for stays in it.
      if (wanted === null || !wanted.startsWith(`${folder}/`)) return response.writeHead(404).end()
      const bytes = await readFile(realpathSync(wanted)).catch(() => null)
      if (bytes === null) return response.writeHead(404).end()
      const type = mediaTypes[extname(wanted)] ?? "application/octet-stream"
      return response.writeHead(200, { "Content-Type": type }).end(bytes)
    }
    void answer().catch(() => response.writeHead(404).end())
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()))
  const { port } = server.address() as { port: number }
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { origin: `http://127.0.0.1:${port}`, close }
}
