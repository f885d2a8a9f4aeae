/**
 * Random numbers from a seed, one stream per name: what one part of a program draws does not move what another part
 * gets. The generator is sfc32 (Chris Doty-Humphrey's PractRand), seeded through SHA-256, so a seed gives the same
 * numbers on every machine.
 */
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import { createHash } from "node:crypto"

/** A stream of numbers, for plain code. */
export interface Draws {
  /** From 0 (included) to 1 (excluded). */
  readonly next: () => number
  /** A whole number from `min` (included) to `max` (excluded). */
  readonly between: (min: number, max: number) => number
  readonly pick: <A>(from: ReadonlyArray<A>) => A
  readonly chance: (probability: number) => boolean
  /** A new array in random order. */
  readonly shuffled: <A>(from: ReadonlyArray<A>) => Array<A>
}

const sfc32 = (seed: string): (() => number) => {
  const words = createHash("sha256").update(seed).digest()
  let a = words.readUInt32LE(0)
  let b = words.readUInt32LE(4)
  let c = words.readUInt32LE(8)
  let counter = 1
  const next = () => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return (sum >>> 0) / 4_294_967_296
  }
  for (let warmUp = 0; warmUp < 12; warmUp++) next()
  return next
}

/** The stream of a seed. */
export const draws = (seed: string | number): Draws => {
  const next = sfc32(String(seed))
  const between = (min: number, max: number) => min + Math.floor(next() * (max - min))
  return {
    next,
    between,
    pick: (from) => from[between(0, from.length)]!,
    chance: (probability) => next() < probability,
    shuffled: (from) => {
      const mixed = [...from]
      for (let index = mixed.length - 1; index > 0; index--) {
        const other = between(0, index + 1)
        const kept = mixed[index]!
        mixed[index] = mixed[other]!
        mixed[other] = kept
      }
      return mixed
    },
  }
}

/** Effect's `Random` from a seed. */
export const seededRandom = (seed: string | number): Random.Random => {
  const stream = draws(seed)
  return {
    [Random.RandomTypeId]: Random.RandomTypeId,
    next: Effect.sync(stream.next),
    nextBoolean: Effect.sync(() => stream.chance(0.5)),
    nextInt: Effect.sync(() => stream.between(-2_147_483_648, 2_147_483_648)),
    nextRange: (min, max) => Effect.sync(() => min + stream.next() * (max - min)),
    nextIntBetween: (min, max) => Effect.sync(() => stream.between(min, max)),
    shuffle: (elements) => Effect.sync(() => Chunk.fromIterable(stream.shuffled([...elements]))),
  }
}

/** Named streams of one seed. */
export class Randomness extends Context.Tag("linkseal/actors/Randomness")<
  Randomness,
  { readonly stream: (name: string) => Draws }
>() {
  static layer = (seed: string | number): Layer.Layer<Randomness> =>
    Layer.succeed(Randomness, { stream: (name) => draws(`${seed}/${name}`) })
}
