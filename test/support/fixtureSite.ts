/**
 * The fixture site: the pages of `test/fixtures/pages` and the ill-behaved answers that no file can give, on a free
 * port of loopback. Every request is written down, so that a test can say what was asked for and what was not.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { readFile } from "node:fs/promises"
import { extname, join } from "node:path"
import sharp from "sharp"
import { projectRoot } from "./projectRoot.ts"

const pages = join(projectRoot, "test/fixtures/pages")

const mediaTypes: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".css": "text/css",
  ".ttf": "font/ttf",
  ".svg": "image/svg+xml",
  ".txt": "text/plain",
}

export interface FixtureSite {
  /** `http://127.0.0.1:PORT`; the same site answers as `http://localhost:PORT`, another origin. */
  readonly origin: string
  readonly otherOrigin: string
  readonly port: number
  /** What to allow, so that the guard lets captures reach the site. */
  readonly allow: ReadonlyArray<string>
  /** Where the hostile page is to reach for. */
  canary: string
  /** Paths with queries, in the order they were asked for. */
  readonly requests: ReadonlyArray<string>
  /** The header lines of the last request for a path. */
  readonly headersOf: (path: string) => IncomingMessage["headers"] | undefined
  readonly close: () => Promise<void>
}

type Answer = (response: ServerResponse, request: IncomingMessage) => void | Promise<void>

const html =
  (status: number, text: string): Answer =>
  (response) => {
    response.writeHead(status, { "Content-Type": "text/html; charset=utf-8" })
    response.end(text)
  }

const redirect =
  (location: string): Answer =>
  (response) => {
    response.writeHead(302, { Location: location }).end()
  }

const picture =
  (width: number, height: number, colour: string): Answer =>
  async (response) => {
    const bytes = await sharp({ create: { width, height, channels: 3, background: colour } })
      .png()
      .toBuffer()
    response.writeHead(200, { "Content-Type": "image/png", "Content-Length": bytes.length }).end(bytes)
  }

/** Writes until nobody listens any more, as fast as they do. */
const endless =
  (type: string, chunk: string, length?: number): Answer =>
  (response) => {
    response.writeHead(200, {
      "Content-Type": type,
      ...(length === undefined ? {} : { "Content-Length": length }),
    })
    const more = () => {
      while (!response.destroyed && response.write(chunk)) continue
    }
    response.on("drain", more)
    more()
  }

/** A PDF of one page with one line of text, offsets and all. */
const smallPdf = (text: string): Buffer => {
  const stream = `BT /F1 24 Tf 72 720 Td (${text}) Tj ET`
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    "<< /Title (A small paper) >>",
  ]
  let file = "%PDF-1.4\n"
  const offsets = objects.map((object, index) => {
    const offset = file.length
    file += `${index + 1} 0 obj\n${object}\nendobj\n`
    return offset
  })
  const start = file.length
  const rows = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("")
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info 6 0 R >>\nstartxref\n${start}\n%%EOF\n`
  return Buffer.from(file, "latin1")
}

const pdf: Answer = (response) => {
  response.writeHead(200, { "Content-Type": "application/pdf" }).end(smallPdf("Words inside a small paper"))
}

/** 120,000 px of paragraphs below what is given. */
const veryTall = (head: string): Answer => {
  const lines = Array.from(
    { length: 3_000 },
    (_, n) => `<p style="height:30px;margin:0 0 10px">Line ${n + 1} of many.`,
  )
  return html(
    200,
    `<!doctype html><html lang=en><title>Very tall</title><body style=margin:0>${head}${lines.join("\n")}`,
  )
}

const answers: Readonly<Record<string, Answer>> = {
  "/to-login": (response, request) =>
    redirect(`http://user:hunter2@${request.headers.host}/chinese.html`)(response, request),
  "/script-to-login": (response, request) =>
    html(
      200,
      `<p>Wait<script>location.href = "http://user:hunter2@${request.headers.host}/chinese.html"</script>`,
    )(response, request),
  "/sidebar": html(
    200,
    `<!doctype html><title>Handbook</title><body style="margin:0 0 0 320px"><nav style="position:fixed;left:0;top:0;bottom:0;width:300px;background:#36c">${"<p><a href=/>A chapter</a>".repeat(8)}</nav><h1>Handbook</h1>${"<p>Words beside the column.".repeat(60)}
    <div style="position:fixed;right:0;bottom:0;width:500px;height:300px;background:#c33">Subscribe!</div>`,
  ),
  "/very-tall": veryTall(""),
  "/very-tall-hero": veryTall('<div style="height:100vh;background:#c33">As tall as the window</div>'),
  "/": html(
    200,
    "<title>Home</title><h1>Home of the fixture site</h1><p>Welcome to the front door of the fixtures.</p>",
  ),
  "/icon.png": picture(32, 32, "#c06"),
  "/assets/square.png": picture(20, 20, "#06c"),
  "/assets/wide.png": picture(800, 400, "#0a4"),
  "/picture.png": picture(640, 400, "#a40"),
  "/paper.pdf": pdf,
  "/download": (response) => {
    response.writeHead(200, {
      "Content-Type": "text/html",
      "Content-Disposition": "attachment; filename=data.html",
    })
    response.end("<p>kept as it is</p>")
  },
  "/feed.xml": (response) => {
    response.writeHead(200, { "Content-Type": "application/rss+xml" })
    response.end(
      "<rss><channel><title>News of the site</title><item><title>One</title></item></channel></rss>",
    )
  },
  "/notes.txt": (response) => {
    response.writeHead(200, { "Content-Type": "text/plain; charset=gbk" })
    response.end(Buffer.from([0xbf, 0xec, 0xd5, 0xd5]))
  },
  "/404": html(404, "<h1>Not found</h1>"),
  "/500": html(500, "<h1>Broken</h1>"),
  "/304": (response) => void response.writeHead(304).end(),
  "/busy": (response) =>
    void response.writeHead(429, { "Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT" }).end("<h1>Later</h1>"),
  "/204": (response) => void response.writeHead(204).end(),
  "/drip": (response) => {
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" })
    response.write("<h1>Drop by drop</h1>")
    const drip = setInterval(() => response.write("<p>another drop falls into the pond</p>"), 300)
    response.on("close", () => clearInterval(drip))
  },
  "/403-challenge": (response) => {
    response.writeHead(403, { "Content-Type": "text/html" })
    response.end(
      "<title>Just a moment...</title><p>Checking your browser. Ray ID: 1. Verify you are human.</p>",
    )
  },
  "/403": html(403, "<h1>Forbidden</h1>"),
  "/to-metadata": redirect("http://169.254.169.254/latest/meta-data/"),
  "/script-to-metadata": html(
    200,
    '<p>Going to the metadata.</p><script>location = "http://169.254.169.254/latest/"</script>',
  ),
  "/to-home": redirect("/"),
  "/loop": redirect("/loop"),
  "/to-file": redirect("file:///etc/passwd"),
  "/never-answers": () => undefined,
  "/never-loads": html(
    200,
    "<title>Never done</title><h1>Never done</h1><p>The picture below never comes, but the text is here.</p><img src=/never-answers>",
  ),
  "/asks-on": html(
    200,
    "<title>Asks on</title><h1>Asks on</h1><p>All of it is here, and still it asks.</p><script>fetch('/never-answers')</script>",
  ),
  "/never-ends": (response) => {
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" })
    response.write(
      `<title>Never ends</title><h1>Never ends</h1><p>The beginning is here.</p>${" ".repeat(2_000)}`,
    )
  },
  "/never-ends-nor-says": (response) => {
    response.writeHead(200, { "Content-Type": "text/html" })
    response.write(`<title>没有结尾</title><h1>没有结尾</h1><p>快照的开头在这里。</p>${" ".repeat(2_000)}`)
  },
  "/to-other": (response, request) => {
    const port = request.headers.host?.split(":")[1]
    response.writeHead(302, { Location: `http://localhost:${port}/to-back` }).end()
  },
  "/to-back": (response, request) => {
    const port = request.headers.host?.split(":")[1]
    response.writeHead(302, { Location: `http://127.0.0.1:${port}/members` }).end()
  },
  "/members": (response, request) => {
    const port = request.headers.host?.split(":")[1]
    const known = request.headers["x-key"] === "secret" || /\bsession=1\b/.test(request.headers.cookie ?? "")
    const elsewhere = `<img src=http://localhost:${port}/assets/square.png><img src=http://localhost:${port}/to-wide>`
    const story = `<p>${"Only members read this long story. ".repeat(20)}</p>${elsewhere}<img src=/icon.png>`
    html(
      known ? 200 : 403,
      known ? `<title>Members</title><h1>Welcome back</h1>${story}` : "<h1>Forbidden</h1>",
    )(response, request)
  },
  "/to-wide": (response, request) => {
    const port = request.headers.host?.split(":")[1]
    response.writeHead(302, { Location: `http://127.0.0.1:${port}/assets/wide.png` }).end()
  },
  "/with-ads": html(
    200,
    `<title>News</title><h1>News</h1><p>${"A story between advertisements. ".repeat(30)}</p><img src=/icon.png>
     <img src=http://ad.doubleclick.net/banner.gif><script src=http://www.google-analytics.com/ga.js></script><iframe src=https://cdn.taboola.com/frame></iframe>`,
  ),
  "/who": (response, request) => {
    const { "accept-language": language, "user-agent": agent } = request.headers
    html(
      200,
      `<title>Who</title><h1>Who</h1><p>${language} | ${agent}</p><p id=seen></p><script>
      seen.textContent = [navigator.language, navigator.userAgent, innerWidth, innerHeight, matchMedia("(prefers-color-scheme: dark)").matches, Intl.DateTimeFormat().resolvedOptions().timeZone].join(" | ")
    </script>`,
    )(response, request)
  },
  "/huge": endless("text/html; charset=utf-8", `<p>${"more of the same ".repeat(4_000)}</p>`),
  "/huge.bin": endless("application/octet-stream", "x".repeat(64_000)),
  "/huge-said.bin": endless("application/octet-stream", "x".repeat(64_000), 300_000_000),
  "/heavy": html(
    200,
    "<title>Heavy</title><h1>Heavy</h1><p>A page whose picture is far too large.</p><img src=/huge.bin>",
  ),
  "/resets": (_response, request) => void request.socket.destroy(),
  "/pixel.gif": picture(1, 1, "#000"),
}

export const startFixtureSite = async (): Promise<FixtureSite> => {
  const site = { canary: "http://127.0.0.1:9" }
  const requests: Array<string> = []
  const headers = new Map<string, IncomingMessage["headers"]>()
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? "/", "http://site").pathname
    requests.push(request.url ?? "/")
    headers.set(path, request.headers)
    response.on("error", () => undefined)
    const answer = answers[path]
    if (answer !== undefined) return void (await answer(response, request))
    const bytes = await readFile(join(pages, path)).catch(() => null)
    if (bytes === null) return void (await answers["/404"]!(response, request))
    const port = (server.address() as { port: number }).port
    const isTemplate = path === "/rich.html" || path === "/hostile.html"
    const body = isTemplate ? fillIn(bytes.toString(), port, site.canary) : bytes
    response
      .writeHead(200, { "Content-Type": mediaTypes[extname(path)] ?? "application/octet-stream" })
      .end(body)
  }
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, () => resolve()))
  const { port } = server.address() as { port: number }
  return Object.assign(site, {
    origin: `http://127.0.0.1:${port}`,
    otherOrigin: `http://localhost:${port}`,
    port,
    allow: [`127.0.0.1:${port}`, `localhost:${port}`],
    requests,
    headersOf: (path: string) => headers.get(path),
    close: () => closeServer(server),
  })
}

const fillIn = (text: string, port: number, canary: string) =>
  text.replaceAll("OTHER_ORIGIN", `http://localhost:${port}`).replaceAll("CANARY", canary)

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
