/**
 * The HTTP API as one schema: the groups under `/api/v1`, and the OpenAPI document made from them. A later route
 * is a new group file and one line here; the compiler then asks for its handlers.
 */
import * as HttpApi from "@effect/platform/HttpApi"
import * as OpenApi from "@effect/platform/OpenApi"
import { batchingGroup } from "./batching.ts"
import { clockGroup } from "./clock.ts"
import { diffGroup } from "./diff.ts"
import { duplicatesGroup } from "./duplicates.ts"
import { eventsGroup } from "./events.ts"
import { fsmGroup } from "./fsm.ts"
import { linksGroup } from "./links.ts"
import { describe } from "./openApi.ts"
import {
  BadRequest,
  Broken,
  DiskFull,
  Forbidden,
  Misdirected,
  StandsStill,
  TooBig,
  Unauthorized,
} from "./Problem.ts"
import { queueGroup } from "./queue.ts"
import { sealingGroup } from "./sealing.ts"
import { schedulesGroup } from "./schedules.ts"
import { searchGroup } from "./search.ts"
import { sectorsGroup } from "./sectors.ts"
import { snapshotsGroup } from "./snapshots.ts"
import { statusGroup } from "./status.ts"
import { tagsGroup } from "./tags.ts"
import { undoGroup } from "./undo.ts"
import { worldGroup } from "./world.ts"

export const api = HttpApi.make("linkseal")
  .add(statusGroup)
  .add(linksGroup)
  .add(snapshotsGroup)
  .add(tagsGroup)
  .add(searchGroup)
  .add(queueGroup)
  .add(undoGroup)
  .add(duplicatesGroup)
  .add(schedulesGroup)
  .add(diffGroup)
  .add(eventsGroup)
  .add(sectorsGroup)
  .add(sealingGroup)
  .add(batchingGroup)
  .add(worldGroup)
  .add(clockGroup)
  .add(fsmGroup)
  .addError(BadRequest)
  .addError(Unauthorized)
  .addError(Forbidden)
  .addError(TooBig)
  .addError(Misdirected)
  .addError(Broken)
  .addError(StandsStill)
  .addError(DiskFull)
  .prefix("/api/v1")
  .annotate(OpenApi.Title, "Linkseal")
  .annotate(OpenApi.Description, "Keeps snapshots of links; runs a modelled Filecoin sealing pipeline.")
  .annotate(OpenApi.Version, "1")
  .annotate(OpenApi.Transform, describe)

/** The OpenAPI 3.1 document of the API. */
export const openApiDocument = () => OpenApi.fromApi(api)
