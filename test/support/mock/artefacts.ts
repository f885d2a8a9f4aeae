/** What a snapshot's files could look like: enough to see that the page shows them, and from where. */
import type { ServerResponse } from "node:http"

const policy =
  "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

const page = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>网页快照</title>
<style>body{font:16px/1.7 Georgia,"Noto Serif CJK SC",serif;max-width:40em;margin:3em auto;padding:0 1.5em;color:#222}
h1{font-size:1.7em;line-height:1.3}figure{margin:2em 0;height:180px;background:linear-gradient(120deg,#cfe3d8,#7fa9c9)}</style>
<h1>网页快照为何会消失：一份十年的观察</h1><p>我们跟踪了一万个链接。十年之后，只有不到四成还能打开；其余的要么换了内容，要么不再存在。</p>
<figure></figure><p>A link is a promise that somebody else has to keep. 保存一份自己的副本，是唯一可靠的办法。</p>
<p>本文说明我们怎样选取链接、怎样判断一个网页“还在”，以及哪些网页最先消失。</p></html>`

/** Each version looks a little different, as the boxes of the made-up comparison say. */
const pictureOf = (
  version: number,
) => `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="1600"><rect width="1200" height="1600" fill="#fff"/>
<rect x="120" y="120" width="760" height="44" fill="#222"/><rect x="120" y="220" width="960" height="380" fill="#a9c7da"/>
${Array.from({ length: 18 }, (_, at) => `<rect x="120" y="${660 + at * 44}" width="${(at < 2 || at === 6 ? 700 + version * 60 : 860) + ((at * 67) % 100)}" height="14" fill="#bbb"/>`).join("")}</svg>`

const icon = `<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32"><rect width="32" height="32" rx="7" fill="#3b7a57"/><circle cx="16" cy="16" r="7" fill="#fff"/></svg>`

const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
  "page.html": ["text/html; charset=utf-8", page],
  thumbnail: ["image/svg+xml", pictureOf(1)],
  favicon: ["image/svg+xml", icon],
  "article.txt": ["text/plain; charset=utf-8", "网页快照为何会消失\n\n我们跟踪了一万个链接。"],
  "metadata.json": ["application/json", '{"title":"网页快照为何会消失","lang":"zh-CN"}'],
}

export const artefact = (path: string, response: ServerResponse) => {
  const [, version, name = ""] = /v(\d+)\/([^/]+)$/.exec(path) ?? []
  const [type, text] =
    name === "screenshot"
      ? ["image/svg+xml", pictureOf(Number(version))]
      : (files[name] ?? ["text/plain", "not here"])
  response.writeHead(200, {
    "content-type": type,
    "content-security-policy": policy,
    "x-content-type-options": "nosniff",
  })
  response.end(text)
}
