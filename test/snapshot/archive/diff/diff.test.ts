import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import sharp from "sharp"
import { describe } from "vitest"
import { compareSnapshots } from "../../../../src/snapshot/archive/diff/compare.ts"
import { diffLinks } from "../../../../src/snapshot/archive/diff/links.ts"
import { diffPictures } from "../../../../src/snapshot/archive/diff/picture.ts"
import { diffTexts, paragraphsOf, type Block } from "../../../../src/snapshot/archive/diff/text.ts"
import { Drafts } from "../../../../src/snapshot/archive/Drafts.ts"
import { inArchive, manifestInput } from "../fixture.ts"

/** The text of one side, read back from the difference. */
const sideOf = (blocks: ReadonlyArray<Block>, leftOut: "added" | "removed") =>
  blocks.flatMap((block) => {
    if (block.kind === leftOut) return []
    if (block.kind !== "changed") return [block.text]
    return [
      block.pieces
        .filter((piece) => piece.kind !== leftOut)
        .map((piece) => piece.text)
        .join(""),
    ]
  })

describe("the difference of two texts", () => {
  it("is told by paragraph, then by word", () => {
    const before = "Intro stays.\n\nThe quick brown fox jumps.\n\nOld end that goes away."
    const after = "Intro stays.\n\nThe quick red fox jumps.\n\nSomething else entirely: 42!"
    expect(diffTexts(before, after).blocks).toEqual([
      { kind: "same", text: "Intro stays." },
      {
        kind: "changed",
        pieces: [
          { kind: "same", text: "The quick " },
          { kind: "removed", text: "brown" },
          { kind: "added", text: "red" },
          { kind: "same", text: " fox jumps." },
        ],
      },
      { kind: "removed", text: "Old end that goes away." },
      { kind: "added", text: "Something else entirely: 42!" },
    ])
  })

  it("knows the words of Chinese", () => {
    const { blocks, addedChars, removedChars } = diffTexts(
      "我们今天在北京大学学习。",
      "我们明天在北京大学学习。",
    )
    expect(blocks).toHaveLength(1)
    const pieces = blocks[0]!.kind === "changed" ? blocks[0]!.pieces : []
    expect(pieces.filter((piece) => piece.kind !== "same")).toEqual([
      { kind: "removed", text: "今天" },
      { kind: "added", text: "明天" },
    ])
    expect([addedChars, removedChars]).toEqual([2, 2])
  })

  it("of a text with itself is nothing", () => {
    expect(diffTexts("a\n\nb", "a\nb\n")).toEqual({
      blocks: [
        { kind: "same", text: "a" },
        { kind: "same", text: "b" },
      ],
      addedChars: 0,
      removedChars: 0,
      growth: 0,
      exact: true,
    })
    expect(diffTexts("", "x").growth).toBeNull()
    expect(diffTexts("aaaa", "aaaa\nbb").growth).toBe(0.5)
  })

  it("gives back both texts (property)", () => {
    const paragraph = FastCheck.array(FastCheck.constantFrom("one", "two", "three", "快照", "网页", "。"), {
      minLength: 1,
      maxLength: 6,
    }).map((words) => words.join(" "))
    const text = FastCheck.array(paragraph, { maxLength: 10 }).map((paragraphs) => paragraphs.join("\n"))
    FastCheck.assert(
      FastCheck.property(text, text, (before, after) => {
        const { blocks } = diffTexts(before, after)
        expect(sideOf(blocks, "added")).toEqual(paragraphsOf(before))
        expect(sideOf(blocks, "removed")).toEqual(paragraphsOf(after))
      }),
      { numRuns: 300 },
    )
  })

  it("gives up on texts that have nothing in common, and says so", () => {
    const many = (word: string) => Array.from({ length: 5_000 }, (_, index) => `${word} ${index}`).join("\n")
    const diff = diffTexts(many("left"), many("right"))
    expect(diff.exact).toBe(false)
    expect(diff.blocks.map((block) => block.kind)).toEqual(["removed", "added"])
  })
})

describe("the difference of two pages' links", () => {
  it("counts each address once, whatever its fragment", () => {
    expect(
      diffLinks(["https://a/", "https://b/#x", "https://b/#y"], ["https://b/", "https://c/", "https://c/"]),
    ).toEqual({ added: ["https://c/"], removed: ["https://a/"], kept: 1 })
  })
})

/** A white page with grey lines, and boxes on it. */
const picture = (
  width: number,
  height: number,
  boxes: ReadonlyArray<readonly [number, number, number, number]>,
) => {
  const rects = boxes
    .map(([x, y, w, h]) => `<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="#c00"/>`)
    .join("")
  const lines = Array.from(
    { length: height / 40 },
    (_, at) => `<rect x="40" y="${at * 40}" width="600" height="12" fill="#888"/>`,
  )
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#fff"/>${lines.join("")}${rects}</svg>`
  return sharp(Buffer.from(svg)).png().toBuffer()
}

describe("the difference of two pictures", () => {
  it.live("is boxed in pixels of the later one", () =>
    Effect.promise(async () => {
      const diff = await diffPictures(
        await picture(1280, 2000, []),
        await picture(1280, 2000, [
          [100, 400, 200, 100],
          [800, 1600, 320, 200],
        ]),
      )
      expect(diff.boxes).toHaveLength(2)
      for (const [box, [x, y, width, height]] of [
        [diff.boxes[0]!, [800, 1600, 320, 200]],
        [diff.boxes[1]!, [100, 400, 200, 100]],
      ] as const) {
        for (const [is, should] of [
          [box.x, x],
          [box.y, y],
          [box.width, width],
          [box.height, height],
        ] as const) {
          expect(Math.abs(is - should)).toBeLessThanOrEqual(40)
        }
      }
      expect(diff.changed).toBeGreaterThan(0.02)
      expect(diff.changed).toBeLessThan(0.06)
    }),
  )

  it.live("of the same picture is nothing; of a longer page, what was added", () =>
    Effect.promise(async () => {
      const page = await picture(1280, 1000, [])
      expect(await diffPictures(page, page)).toMatchObject({ changed: 0, boxes: [] })
      const longer = await diffPictures(page, await picture(1280, 2000, []))
      expect(longer).toMatchObject({ before: { height: 1000 }, after: { height: 2000 } })
      expect(longer.changed).toBeGreaterThanOrEqual(0.5)
      expect(longer.boxes.every((box) => box.y >= 950)).toBe(true)
    }),
  )
})

describe("the comparison of two versions", () => {
  it.live("reads what both have, and names the files that changed", () =>
    inArchive(() =>
      Effect.gen(function* () {
        const drafts = yield* Drafts
        const take = (text: string, links: ReadonlyArray<string>, image: Uint8Array | null) =>
          Effect.gen(function* () {
            const draft = yield* drafts.open
            yield* draft.sink.put("article.txt", "text/plain", new TextEncoder().encode(text))
            yield* draft.sink.put("metadata.json", "application/json", Buffer.from(JSON.stringify({ links })))
            if (image !== null) yield* draft.sink.put("screenshot", "image/png", image)
            return manifestInput("a", 1, yield* draft.artefacts).snapshot
          })
        const image = yield* Effect.promise(() => picture(640, 400, []))
        const first = yield* take("words", ["https://a/"], image)
        const second = yield* take("words more", ["https://b/"], image)
        const third = yield* take("words", ["https://a/"], null)
        const changed = yield* compareSnapshots(first, second)
        expect(changed.files).toEqual(["article.txt", "metadata.json"])
        expect(changed.text!.addedChars).toBeGreaterThan(0)
        expect(changed.links).toEqual({ added: ["https://b/"], removed: ["https://a/"], kept: 0 })
        expect(changed.picture).toMatchObject({ changed: 0 })
        const lacking = yield* compareSnapshots(first, third)
        expect(lacking).toMatchObject({ picture: null, files: ["screenshot"], text: { addedChars: 0 } })
      }).pipe(Effect.scoped),
    ),
  )
})
