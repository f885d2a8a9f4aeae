/**
 * Which sectors' files are gone: the sealer remembers what its own Remove deleted. A sector whose files were deleted can
 * be begun anew with its first piece, and is whole again after PreCommit1; until then what needs the files fails.
 */
import type { SectorNumber } from "../Sector.ts"
import type { SealerRequest } from "./tasks.ts"

/** What is there of a sector that was deleted: nothing, or pieces that were written since. */
type Left = "nothing" | "pieces"

export type DeletedFiles = ReadonlyArray<readonly [SectorNumber, Left]>

export class Files {
  private readonly deleted = new Map<SectorNumber, Left>()

  /** Every file of the sector is gone. */
  delete(sector: SectorNumber): void {
    this.deleted.set(sector, "nothing")
  }

  /** True when its sealed data was deleted and not made again. */
  areGone(sector: SectorNumber): boolean {
    return this.deleted.has(sector)
  }

  /** Why a request cannot be done without the files; null when it can. */
  missing(request: SealerRequest): string | null {
    if (!("sector" in request)) return null
    const left = this.deleted.get(request.sector)
    return left === undefined || !needs(request, left)
      ? null
      : `the files of sector ${request.sector} were deleted by its removal; only SectorRemove helps`
  }

  /** The work has come to a result. */
  made({ _tag, sector }: { readonly _tag: string; readonly sector: SectorNumber }): void {
    if (!this.deleted.has(sector)) return
    if (_tag === "AddPiece") this.deleted.set(sector, "pieces")
    else if (_tag === "PreCommit1") this.deleted.delete(sector)
  }

  save(): DeletedFiles {
    return [...this.deleted]
  }

  restore(saved: DeletedFiles): void {
    for (const [sector, left] of saved) this.deleted.set(sector, left)
  }
}

/** A proof's second step works on the output of the first; everything else reads what lies on the disk. */
const needs = (request: SealerRequest, left: Left): boolean => {
  switch (request._tag) {
    case "AddPiece":
      return left === "nothing" && request.existing.length > 0
    case "PreCommit1":
      return left === "nothing"
    case "PreCommit2":
    case "Commit1":
    case "Finalize":
    case "ReleaseUnsealed":
      return true
    default:
      return false
  }
}
