/** Delayed events without any runtime: generators on a binary heap ordered by time and sequence. The least there can be. */

interface Entry {
  readonly at: number
  readonly sequence: number
  readonly process: Generator<number, void, void>
}

const before = (a: Entry, b: Entry) => a.at < b.at || (a.at === b.at && a.sequence < b.sequence)

const push = (heap: Array<Entry>, entry: Entry): void => {
  let index = heap.length
  heap.push(entry)
  while (index > 0) {
    const parent = (index - 1) >> 1
    if (!before(entry, heap[parent]!)) break
    heap[index] = heap[parent]!
    index = parent
  }
  heap[index] = entry
}

const pop = (heap: Array<Entry>): Entry => {
  const first = heap[0]!
  const last = heap.pop()!
  if (heap.length === 0) return first
  let index = 0
  for (;;) {
    let child = 2 * index + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++
    if (!before(heap[child]!, last)) break
    heap[index] = heap[child]!
    index = child
  }
  heap[index] = last
  return first
}

/** Runs `processes` generators, each sleeping `rounds` times for what `delay` says; gives how many firings there were. */
export const runGenerators = (processes: number, rounds: number, delay: () => number): number => {
  const heap: Array<Entry> = []
  let sequence = 0
  let fired = 0
  function* body(): Generator<number, void, void> {
    for (let round = 0; round < rounds; round++) {
      yield delay()
      fired++
    }
  }
  const resume = (process: Generator<number, void, void>, now: number) => {
    const next = process.next()
    if (next.done !== true) push(heap, { at: now + next.value, sequence: sequence++, process })
  }
  for (let index = 0; index < processes; index++) resume(body(), 0)
  while (heap.length > 0) {
    const { at, process } = pop(heap)
    resume(process, at)
  }
  return fired
}
