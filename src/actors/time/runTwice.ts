/**
 * The proof that a seed is the whole recipe: runs a traced program twice and stops at the first line that differs. Trace
 * what matters (draws, events, times); two runs that print the same did the same.
 */
import * as Data from "effect/Data"

/** The second run did something else: says where, and what stood around it. */
class NotDeterministic extends Data.TaggedError("NotDeterministic")<{
  /** The position in the trace, from 0. */
  readonly index: number
  /** The line of each run; null when the run had ended before. */
  readonly first: string | null
  readonly second: string | null
  /** The lines before, the same in both. */
  readonly before: ReadonlyArray<string>
}> {
  override get message() {
    const say = (line: string | null) => line ?? "(the end)"
    return `the runs differ at line ${this.index}: ${say(this.first)}, then ${say(this.second)}; before it: ${this.before.join(" | ")}`
  }
}

/** How many lines before the difference are told. */
const linesBefore = 5

/** How many lines a trace may have; a program that says more is told to say less. */
const longestTrace = 10_000_000

export type Trace = (line: string) => void

/** Runs the program twice; gives the trace that both made. Rejects with `NotDeterministic` at the first difference. */
export const runTwice = async (
  program: (trace: Trace) => void | Promise<void>,
): Promise<ReadonlyArray<string>> => {
  const first: Array<string> = []
  await program((line) => {
    if (first.length >= longestTrace) throw new Error(`a trace of more than ${longestTrace} lines`)
    first.push(line)
  })
  let index = 0
  const differ = (second: string | null) =>
    new NotDeterministic({
      index,
      first: first[index] ?? null,
      second,
      before: first.slice(Math.max(0, index - linesBefore), index),
    })
  await program((line) => {
    if (first[index] !== line) throw differ(line)
    index++
  })
  if (index < first.length) throw differ(null)
  return first
}
