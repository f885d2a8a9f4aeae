/** The thread's entry: one request in, one answer out, in order. */
import { parentPort } from "node:worker_threads"
import { extractArticle, extractPdf } from "./extract.ts"

export type ExtractRequest =
  | { readonly kind: "article"; readonly html: string; readonly url: string }
  | { readonly kind: "pdf"; readonly bytes: Uint8Array }

export type ExtractAnswer =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string }

const answer = async (request: ExtractRequest): Promise<ExtractAnswer> => {
  try {
    const value =
      request.kind === "article"
        ? await extractArticle(request.html, request.url)
        : await extractPdf(request.bytes)
    return { ok: true, value }
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) }
  }
}

parentPort?.on("message", (request: ExtractRequest) => {
  void answer(request).then((result) => parentPort?.postMessage(result))
})
