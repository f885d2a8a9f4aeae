/**
 * What the daemon counts, and how it is told: Prometheus text made from Effect's own registry (`Metric.snapshot`), so
 * a metric of any room shows up here by being updated.
 */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import * as MetricKeyType from "effect/MetricKeyType"
import type * as MetricPair from "effect/MetricPair"
import * as MetricState from "effect/MetricState"
import * as Stream from "effect/Stream"

const requests = Metric.counter("linkseal_http_requests_total", {
  description: "Answered HTTP requests",
  incremental: true,
})
const durations = Metric.histogram(
  "linkseal_http_request_seconds",
  MetricBoundaries.fromIterable([0.001, 0.005, 0.02, 0.1, 0.5, 2, 10]),
  "Time from request to response headers",
)
const openStreams = Metric.gauge("linkseal_http_event_streams", { description: "Open event streams" })

const escapeLabel = (text: string) => text.replace(/\\/g, "\\\\").replace(/\n/g, "\\n").replace(/"/g, '\\"')
const escapeHelp = (text: string) => text.replace(/\\/g, "\\\\").replace(/\n/g, "\\n")
const legalName = (name: string) => name.replace(/[^a-zA-Z0-9_:]/g, "_").replace(/^(\d)/, "_$1")

type Labels = ReadonlyArray<readonly [string, string]>

const series = (name: string, labels: Labels, value: number | bigint) => {
  const inside = labels.map(([key, text]) => `${legalName(key)}="${escapeLabel(text)}"`).join(",")
  return `${name}${inside === "" ? "" : `{${inside}}`} ${formatNumber(value)}`
}

const formatNumber = (value: number | bigint) => {
  if (value === Infinity) return "+Inf"
  return value === -Infinity ? "-Inf" : String(value)
}

const histogramLines = (name: string, labels: Labels, state: MetricState.MetricState.Histogram) => {
  const buckets: Array<string> = []
  for (const [boundary, count] of state.buckets) {
    if (boundary !== Infinity && boundary !== Number.MAX_VALUE) {
      buckets.push(series(`${name}_bucket`, [...labels, ["le", formatNumber(boundary)]], count))
    }
  }
  buckets.push(series(`${name}_bucket`, [...labels, ["le", "+Inf"]], state.count))
  return [...buckets, series(`${name}_sum`, labels, state.sum), series(`${name}_count`, labels, state.count)]
}

const summaryLines = (name: string, labels: Labels, state: MetricState.MetricState.Summary) => [
  ...[...state.quantiles].flatMap(([quantile, value]) =>
    value._tag === "Some"
      ? [series(name, [...labels, ["quantile", formatNumber(quantile)]], value.value)]
      : [],
  ),
  series(`${name}_sum`, labels, state.sum),
  series(`${name}_count`, labels, state.count),
]

const kind = (pair: MetricPair.MetricPair.Untyped) => {
  const type = pair.metricKey.keyType
  if (MetricKeyType.isCounterKey(type)) return "counter"
  if (MetricKeyType.isHistogramKey(type)) return "histogram"
  return MetricKeyType.isSummaryKey(type) ? "summary" : "gauge"
}

const lines = (name: string, pair: MetricPair.MetricPair.Untyped): ReadonlyArray<string> => {
  const labels: Labels = pair.metricKey.tags.map(({ key, value }) => [key, value] as const)
  const state = pair.metricState
  if (MetricState.isCounterState(state)) return [series(name, labels, state.count)]
  if (MetricState.isGaugeState(state)) return [series(name, labels, state.value)]
  if (MetricState.isHistogramState(state)) return histogramLines(name, labels, state)
  if (MetricState.isSummaryState(state)) return summaryLines(name, labels, state)
  if (MetricState.isFrequencyState(state)) {
    return [...state.occurrences].map(([word, count]) => series(name, [...labels, ["key", word]], count))
  }
  return []
}

/** The exposition format, version 0.0.4: metrics by name, each with its help and type once. */
const renderPrometheus = (pairs: ReadonlyArray<MetricPair.MetricPair.Untyped>): string => {
  const byName = new Map<string, Array<MetricPair.MetricPair.Untyped>>()
  for (const pair of pairs) {
    const name = legalName(pair.metricKey.name)
    byName.set(name, [...(byName.get(name) ?? []), pair])
  }
  const blocks = [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, same]) => {
      const description = same[0]!.metricKey.description
      return [
        ...(description._tag === "Some" ? [`# HELP ${name} ${escapeHelp(description.value)}`] : []),
        `# TYPE ${name} ${kind(same[0]!)}`,
        ...same.flatMap((pair) => lines(name, pair)),
      ].join("\n")
    })
  return `${blocks.join("\n")}\n`
}

export const Metrics = {
  /** One answered request; durations are in seconds, as Prometheus wants them. */
  request: (method: string, status: number, millis: number) =>
    Effect.zipRight(
      Metric.update(
        requests.pipe(Metric.tagged("method", method), Metric.tagged("status", String(status))),
        1,
      ),
      Metric.update(durations, millis / 1_000),
    ),
  /** Counts the stream as open from its first pull to its end. */
  countingOpenStreams: <A, E, R>(stream: Stream.Stream<A, E, R>) =>
    Stream.unwrapScoped(
      Effect.as(
        Effect.acquireRelease(Metric.modify(openStreams, 1), () => Metric.modify(openStreams, -1)),
        stream,
      ),
    ),
  /** Sets how many machines are in each state now. */
  machines: (machine: "link" | "sector", counts: Readonly<Record<string, number>>) =>
    Effect.forEach(
      Object.entries(counts),
      ([state, count]) =>
        Metric.set(
          Metric.gauge(`linkseal_${machine}s`, { description: `Number of ${machine}s by state` }).pipe(
            Metric.tagged("state", state),
          ),
          count,
        ),
      { discard: true },
    ),
  render: Effect.map(Metric.snapshot, renderPrometheus),
}
