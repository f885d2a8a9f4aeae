/** Puts together what the verdict is judged on. Pure. */
import type { Capturing } from "./Capturing.ts"
import type { Evidence } from "./Verdict.ts"

export const evidenceOf = (
  { found, url }: Pick<Capturing, "found" | "url">,
  previousTextLength: number | null,
): Evidence => ({
  requestedUrl: url,
  finalUrl: found.finalUrl,
  httpStatus: found.httpStatus,
  title: found.facts?.title ?? "",
  headings: found.facts?.headings ?? [],
  text: [found.facts?.text ?? "", found.frameText].join("\n"),
  pictures: found.facts?.pictures ?? 0,
  linkText: found.facts?.linkText ?? 0,
  fields: found.facts?.fields ?? 0,
  scripted: found.facts?.scripted ?? true,
  passwordFields: found.facts?.passwordFields ?? 0,
  frameUrls: found.facts?.frameUrls ?? [],
  overlay: found.facts?.overlay ?? null,
  previousTextLength,
})
