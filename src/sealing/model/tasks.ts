/**
 * The tasks of the modelled sealer: Lotus's short names, what each gives, and how long each takes by default: the
 * published figures of one EPYC 7662 with an RTX 3090 (jackoelv/bellperson issue 22, 2021-02), 32 GiB.
 */
import type { SealerVerbs } from "../ports/Sealer.ts"
import type { RequestOf } from "../ports/Request.ts"
import { done, failed, type Result } from "../ports/Result.ts"
import { sectorSize } from "../pieces/sealProof.ts"
import { zeroPieceCid } from "../pieces/zeroCommitment.ts"
import { dataCommitment, modelledPieceCid } from "./commitments.ts"
import { bytesOf, sealedCid } from "./digest.ts"

export type SealerRequest = RequestOf<keyof SealerVerbs>

/** Lotus's short names of the tasks that take time. */
export type Task = "AP" | "PC1" | "PC2" | "C1" | "C2" | "FIN"

export const taskNames: ReadonlyArray<Task> = ["AP", "PC1", "PC2", "C1", "C2", "FIN"]

/** Requests that are work for a worker. */
export type WorkRequest = RequestOf<
  "AddPiece" | "PreCommit1" | "PreCommit2" | "Commit1" | "Commit2" | "Finalize"
>

export const taskOf = (request: WorkRequest): Task => {
  switch (request._tag) {
    case "AddPiece":
      return "AP"
    case "PreCommit1":
      return "PC1"
    case "PreCommit2":
      return "PC2"
    case "Commit1":
      return "C1"
    case "Commit2":
      return "C2"
    case "Finalize":
      return "FIN"
  }
}

export type Durations = Readonly<Record<Task, number>>

/** Milliseconds of each task for a 32 GiB sector; FIN is 32 GiB over a link of 10 Gb/s, rounded up (our assumption). */
export const publishedDurations: Durations = {
  AP: 100_600,
  PC1: 10_996_800,
  PC2: 1_423_800,
  C1: 330,
  C2: 965_700,
  FIN: 60_000,
}

/** How long the work takes with those durations: a piece takes its share of the sector's AP (our assumption). */
export const durationOf = (request: WorkRequest, durations: Durations): number =>
  request._tag === "AddPiece"
    ? Math.round((durations.AP * request.size) / sectorSize(request.proofType))
    : durations[taskOf(request)]

/** What makes two calls the same: the task and everything that its result rests on. */
export const callKey = (request: WorkRequest): string => {
  switch (request._tag) {
    case "AddPiece":
      return `AP ${request.sector} ${request.existing.length} ${request.size} ${request.data}`
    case "PreCommit1":
      return `PC1 ${request.sector} ${request.ticket}`
    case "PreCommit2":
      return `PC2 ${request.sector} ${request.preCommit1Out}`
    case "Commit1":
      return `C1 ${request.sector} ${request.ticket} ${request.seed} ${request.commR}`
    case "Commit2":
      return `C2 ${request.sector} ${request.commit1Out}`
    case "Finalize":
      return `FIN ${request.sector} ${request.keepUnsealed.length}`
  }
}

/** What the work gives when it succeeds; nothing is sealed, the results are made up from the parameters. */
export const resultOf = (request: WorkRequest): Result<unknown, "sealer"> => {
  switch (request._tag) {
    case "AddPiece":
      return done({ Size: request.size, PieceCID: pieceCid(request.data, request.size) })
    case "PreCommit1":
      return done(
        encode({
          simulated: true,
          CommD: dataCommitment(request.pieces, sectorSize(request.proofType)),
          Ticket: request.ticket,
        }),
      )
    case "PreCommit2": {
      const labels = decode(request.preCommit1Out)
      return labels === null
        ? failed("sealer", "the output of PreCommit1 cannot be read")
        : done({
            Sealed: sealedCid(`${request.sector} ${request.preCommit1Out}`),
            Unsealed: labels.CommD,
          })
    }
    case "Commit1":
      return done(commit1Out(request))
    case "Commit2":
      return done(proofOf(request.commit1Out))
    case "Finalize":
      return done(null)
  }
}

const pieceCid = (data: string | null, size: number): string =>
  data === null ? zeroPieceCid(size) : data.startsWith("baga6ea4seaq") ? data : modelledPieceCid(data)

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64")

const decode = (text: string): { readonly CommD: string } | null => {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64").toString())
    return typeof value === "object" && value !== null && "CommD" in value && typeof value.CommD === "string"
      ? { CommD: value.CommD }
      : null
  } catch {
    return null
  }
}

interface Statement {
  readonly sector: number
  readonly ticket: string
  readonly seed: string
  readonly commR: string
  readonly commD: string
}

const commit1Out = (of: Statement): string =>
  bytesOf(`c1 ${of.sector} ${of.ticket} ${of.seed} ${of.commR} ${of.commD}`)

const proofOf = (commit1: string): string => bytesOf(`proof ${commit1}`)

/** True when the proof is the one that Commit1 and Commit2 make for the statement. */
export const verifies = (statement: Statement, proof: string): boolean =>
  proof === proofOf(commit1Out(statement))
