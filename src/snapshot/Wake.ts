/** One waiter that is told when there is something to do; told while nobody waits, the next one does not wait. */
import * as Effect from "effect/Effect"

export class Wake {
  private told = false
  private resume: (() => void) | null = null

  tell(): void {
    this.told = true
    this.resume?.()
  }

  readonly wait: Effect.Effect<void> = Effect.async((resume) => {
    if (this.told) {
      this.told = false
      return resume(Effect.void)
    }
    this.resume = () => {
      this.told = false
      this.resume = null
      resume(Effect.void)
    }
    return Effect.sync(() => {
      this.resume = null
    })
  })
}
