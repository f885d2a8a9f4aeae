/** The capture queue: how much waits, how long still, pause and resume. */
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import { QueueStatus } from "./words.ts"

export const queueGroup = HttpApiGroup.make("queue")
  .add(HttpApiEndpoint.get("status", "/queue").addSuccess(QueueStatus).annotate(OpenApi.Summary, "The queue"))
  .add(
    HttpApiEndpoint.post("pause", "/queue/pause")
      .addSuccess(QueueStatus)
      .annotate(OpenApi.Summary, "Start no more captures"),
  )
  .add(
    HttpApiEndpoint.post("resume", "/queue/resume")
      .addSuccess(QueueStatus)
      .annotate(OpenApi.Summary, "Start captures again"),
  )
