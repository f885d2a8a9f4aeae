/** What the steps of links share: services of the room, settings, and where progress goes. */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { ContentStore } from "../archive/ContentStore.ts"
import type { Drafts } from "../archive/Drafts.ts"
import type { ManifestStore } from "../archive/ManifestStore.ts"
import type { Texts } from "../Texts.ts"
import type { Capturer } from "./Capturer.ts"
import type { RetrySettings } from "./retry.ts"

export type StepServices = Capturer | ContentStore | ManifestStore | Drafts | SqlClient.SqlClient

export interface StepWorld {
  readonly retry: RetrySettings
  readonly texts: Texts
  /** The version of this program, for the manifests. */
  readonly toolVersion: string
  readonly progress: (id: string, step: string, part: number, of: number) => void
}
