/** The shutdown list: in order, in time, whatever a step does. */
import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { expect } from "vitest"
import { runShutdown, shutdownSteps } from "../../src/daemon/Shutdown.ts"

const recorded = () => {
  const done: Array<string> = []
  const step = (name: string) => Effect.sync(() => void done.push(name))
  const parts = {
    stopListening: step("stopListening"),
    endEventStreams: step("endEventStreams"),
    requestsDrained: step("requestsDrained"),
    cutConnections: step("cutConnections"),
    closeServers: step("closeServers"),
    closeRooms: step("closeRooms"),
    withdraw: step("withdraw"),
    releaseHome: step("releaseHome"),
  }
  return { done, parts }
}

const order = [
  "stopListening",
  "endEventStreams",
  "requestsDrained",
  "cutConnections",
  "closeServers",
  "closeRooms",
  "withdraw",
  "releaseHome",
]

it.effect("runs every step once, in order, and leaves nothing behind", () =>
  Effect.gen(function* () {
    const { done, parts } = recorded()
    expect(yield* runShutdown(shutdownSteps(parts), 10_000)).toEqual([])
    expect(done).toEqual(order)
  }),
)

it.effect("goes on after a step that fails or dies", () =>
  Effect.gen(function* () {
    const { done, parts } = recorded()
    const broken = { ...parts, closeRooms: Effect.dieMessage("no"), endEventStreams: Effect.dieMessage("no") }
    yield* runShutdown(shutdownSteps(broken), 10_000)
    expect(done).toEqual(order.filter((name) => name !== "closeRooms" && name !== "endEventStreams"))
  }),
)

it.effect("leaves steps that hang behind, uninterruptible ones too, within the whole time", () =>
  Effect.gen(function* () {
    const { done, parts } = recorded()
    const never = Effect.uninterruptible(Effect.never)
    const hanging = { ...parts, requestsDrained: never, closeRooms: never, closeServers: never }
    const fiber = yield* Effect.fork(runShutdown(shutdownSteps(hanging), 10_000))
    yield* TestClock.adjust(9_900)
    expect(yield* Fiber.join(fiber)).toEqual(["drain requests", "close servers", "stop the rooms"])
    expect(done.slice(-2)).toEqual(["withdraw", "releaseHome"])
  }),
)
