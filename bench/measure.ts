/** Medians of runs that alternate, so that what else the machine does meets all alike. */

/** A figure, and what others reach in the same run. */
export interface BenchResult {
  readonly name: string
  readonly unit: string
  readonly value: number
  readonly peers?: Readonly<Record<string, number>>
}

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export const percentile = (values: ReadonlyArray<number>, part: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!
}

export interface Spent {
  readonly cpuSeconds: number
  readonly wallSeconds: number
}

export const timed = async (run: () => unknown): Promise<Spent> => {
  const cpu = process.cpuUsage()
  const wall = performance.now()
  await run()
  const { user, system } = process.cpuUsage(cpu)
  return { cpuSeconds: (user + system) / 1e6, wallSeconds: (performance.now() - wall) / 1_000 }
}

/**
 * Runs the variants in turn, `rounds` times after one warm-up each; gives per variant the median of its measure.
 */
export const alternating = async <K extends string>(
  rounds: number,
  variants: Readonly<Record<K, () => Promise<number>>>,
): Promise<Record<K, number>> => {
  const names = Object.keys(variants) as Array<K>
  const found = new Map<K, Array<number>>(names.map((name) => [name, []]))
  for (const name of names) await variants[name]()
  for (let round = 0; round < rounds; round++)
    for (const name of names) found.get(name)!.push(await variants[name]())
  return Object.fromEntries(names.map((name) => [name, median(found.get(name)!)])) as Record<K, number>
}
