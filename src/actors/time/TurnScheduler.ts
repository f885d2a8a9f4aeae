/**
 * One queue for all machines of the process, instead of Effect's runner per fiber: cheaper by a third when many
 * machines are at work, and it gives the event loop its turn after a bounded number of tasks, so that sockets and
 * timers are served however busy the machines are.
 */
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import type { RuntimeFiber } from "effect/Fiber"
import { defaultScheduler, type Scheduler, type Task } from "effect/Scheduler"

/** Before so many operations no fiber is asked to let the others run. */
const operationsPerTurn = 2_048

/** After so many tasks the event loop has its turn. */
const tasksPerTurn = 1_024

class TurnScheduler implements Scheduler {
  private tasks: Array<Task> = []
  private later: Array<Task> = []
  private running = false
  private ran = 0

  shouldYield(fiber: RuntimeFiber<unknown, unknown>): number | false {
    // Asked before every operation: the default one looks its limit up in a map each time.
    return fiber.currentOpCount > operationsPerTurn ? defaultScheduler.shouldYield(fiber) : false
  }

  scheduleTask(task: Task, priority: number): void {
    ;(priority > 0 ? this.later : this.tasks).push(task)
    if (this.running) return
    this.running = true
    queueMicrotask(this.drain)
  }

  /** What is ready, in order; what yielded to it comes after all that it made ready. */
  private readonly drain = (): void => {
    for (;;) {
      const batch = this.tasks.length > 0 ? this.tasks : this.later
      if (batch.length === 0) break
      if (this.ran >= tasksPerTurn) {
        this.ran = 0
        setImmediate(this.drain)
        return
      }
      if (batch === this.tasks) this.tasks = []
      else this.later = []
      this.ran += batch.length
      for (let index = 0; index < batch.length; index++) batch[index]!()
    }
    this.running = false
    this.ran = 0
  }
}

const shared = new TurnScheduler()

/** Runs the effect, and what it forks, on the shared queue; in a world with a scheduler of its own, on that. */
export const onSharedQueue = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(FiberRef.get(FiberRef.currentScheduler), (current) =>
    current === defaultScheduler ? Effect.withScheduler(effect, shared) : effect,
  )
