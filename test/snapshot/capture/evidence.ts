/** What is known of a page that is an article and nothing else, for the tests of the verdict. */
import type { Evidence } from "../../../src/snapshot/capture/Verdict.ts"

export const story =
  "The harbour wakes before the town does. Boats come in with the tide, and the first voices are loud. ".repeat(
    30,
  )

export const evidence = (change: Partial<Evidence>): Evidence => ({
  requestedUrl: "https://example.com/news/harbour",
  finalUrl: "https://example.com/news/harbour",
  httpStatus: 200,
  title: "The harbour",
  headings: ["The harbour"],
  text: story,
  pictures: 2,
  linkText: 0,
  fields: 0,
  scripted: true,
  passwordFields: 0,
  frameUrls: [],
  overlay: null,
  previousTextLength: null,
  ...change,
})
