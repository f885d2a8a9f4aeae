/** The time of the world outside: Effect's own clock, by the name under which groups are given their time. */
import * as Clock from "effect/Clock"

export const wallClock: Clock.Clock = Clock.make()
