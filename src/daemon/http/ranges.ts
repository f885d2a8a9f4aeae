/** The `Range` header, as far as it is used: one range of bytes. Anything else is served whole, as the standard allows. */
import type { ByteRange } from "./ArtefactPort.ts"

/** The range that is asked for, undefined for the whole, or `unsatisfiable` when it lies outside. */
export const parseRange = (
  header: string | undefined,
  bytes: number,
): ByteRange | undefined | "unsatisfiable" => {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "")
  const [first, last] = [match?.[1] ?? "", match?.[2] ?? ""]
  if (first === "" && last === "") return undefined
  if (first === "") {
    const suffix = Number(last)
    return suffix === 0 || bytes === 0
      ? "unsatisfiable"
      : { start: Math.max(0, bytes - suffix), end: bytes - 1 }
  }
  const start = Number(first)
  if (last !== "" && Number(last) < start) return undefined
  if (start >= bytes) return "unsatisfiable"
  return { start, end: last === "" ? bytes - 1 : Math.min(Number(last), bytes - 1) }
}
