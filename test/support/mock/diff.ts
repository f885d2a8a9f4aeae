/** What a comparison of two versions could say: real differences of made-up texts, boxes where the picture would differ. */
import { diffTexts } from "../../../src/snapshot/archive/diff/text.ts"
import type { Snapshot } from "../../../src/snapshot/Snapshot.ts"

const opening = [
  "网页快照为何会消失：一份十年的观察",
  "我们跟踪了一万个链接。十年之后，只有不到四成还能打开；其余的要么换了内容，要么不再存在。",
  "A link is a promise that somebody else has to keep. 保存一份自己的副本，是唯一可靠的办法。",
  "How the links were chosen",
  "The sample was drawn from bookmarks of volunteers, one in ten, and opened once a month.",
  "A page counts as there when its main text is there, whatever became of its design.",
]
const middle = [
  "What goes first",
  "News sites lose their pages after a redesign; personal pages go when the host does.",
  "Of the pages that moved, one in three left a redirect behind.",
  "Documents under a version number last longest: nobody has a reason to touch them.",
]
const end = ["What to do about it", "Keep your own copy on the day you read it.", "The data is free to use."]

const first = [...opening, ...middle, ...end]
const second = [
  ...opening.map((line) => line.replace("不到四成", "约三成").replace("once a month", "once a week")),
  "Pages that answer with an error page and status 200 are counted as gone since this year.",
  ...middle.filter((line) => !line.startsWith("Of the pages")),
  ...end,
]
/** Versions 2 and 3 are the same. */
const texts = [first, second, second, [...second, "更正：上一版的数字有误，已改正。"]]

const textOf = (version: number) => (texts[Math.min(version, texts.length) - 1] ?? []).join("\n")

const has = (snapshot: Snapshot, name: string) =>
  snapshot.artefacts.some((artefact) => artefact.name === name && artefact.status === "ok")
const both = (from: Snapshot, to: Snapshot, name: string) => has(from, name) && has(to, name)

const linkOf = (name: string) => `https://research.example.cn/${name}`

export const diffOf = (id: string, from: Snapshot, to: Snapshot) => {
  const text = diffTexts(textOf(from.version), textOf(to.version))
  const same = textOf(from.version) === textOf(to.version)
  const size = { width: 1200, height: 1600 }
  return {
    id,
    from,
    to,
    text: both(from, to, "article.txt") ? text : null,
    links: both(from, to, "metadata.json")
      ? {
          added: same ? [] : [linkOf("link-rot-2026"), linkOf("数据")],
          removed: same ? [] : [linkOf("link-rot-2016")],
          kept: 41,
        }
      : null,
    picture: both(from, to, "screenshot")
      ? {
          before: size,
          after: size,
          changed: same ? 0 : 0.032,
          boxes: same
            ? []
            : [
                { x: 120, y: 655, width: 880, height: 70 },
                { x: 120, y: 920, width: 940, height: 28 },
              ],
        }
      : null,
    files: same ? [] : ["page.html", "screenshot", "article.txt", "metadata.json"],
  }
}
