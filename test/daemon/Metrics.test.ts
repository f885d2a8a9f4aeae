/** The Prometheus text, held against the rules of the exposition format. */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import { expect, it } from "vitest"
import { Metrics } from "../../src/daemon/Metrics.ts"

const render = (updates: ReadonlyArray<Effect.Effect<unknown>>) =>
  Effect.runPromise(Effect.zipRight(Effect.all(updates), Metrics.render))
const linesOf = (text: string, name: string) => text.split("\n").filter((line) => line.includes(name))

it("escapes labels and help, and writes help and type once for all series of a name", async () => {
  const counter = Metric.counter("probe_total", { description: "line one\nline \\two" })
  const text = await render([
    Metric.update(counter.pipe(Metric.tagged("path", 'a"b\\c\nd')), 2),
    Metric.update(counter.pipe(Metric.tagged("path", "plain")), 3),
  ])
  expect(linesOf(text, "probe_total").sort()).toEqual([
    "# HELP probe_total line one\\nline \\\\two",
    "# TYPE probe_total counter",
    'probe_total{path="a\\"b\\\\c\\nd"} 2',
    'probe_total{path="plain"} 3',
  ])
  expect(text.endsWith("\n")).toBe(true)
})

it("adds up the buckets of a histogram and ends them with +Inf", async () => {
  const histogram = Metric.histogram("probe_seconds", MetricBoundaries.fromIterable([1, 5]))
  const text = await render([0.5, 3, 9].map((value) => Metric.update(histogram, value)))
  expect(linesOf(text, "probe_seconds")).toEqual([
    "# TYPE probe_seconds histogram",
    'probe_seconds_bucket{le="1"} 1',
    'probe_seconds_bucket{le="5"} 2',
    'probe_seconds_bucket{le="+Inf"} 3',
    "probe_seconds_sum 12.5",
    "probe_seconds_count 3",
  ])
})

it("makes names legal", async () => {
  const text = await render([Metric.set(Metric.gauge("probe.gauge-1"), 7)])
  expect(linesOf(text, "probe_gauge_1")).toContain("probe_gauge_1 7")
})
