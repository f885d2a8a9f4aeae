import { describe, expect, it } from "@effect/vitest"
import { checkCommit, checkPieces, checkPrecommit } from "../../../src/sealing/checks.ts"
import { zeroPieceCid } from "../../../src/sealing/pieces/zeroCommitment.ts"
import type { PreCommitOnChain } from "../../../src/sealing/ports/Chain.ts"
import { done, failed } from "../../../src/sealing/ports/Result.ts"
import {
  type DealProposal,
  type Piece,
  type PreCommitInfo,
  type Sector,
  zeroSector,
} from "../../../src/sealing/Sector.ts"
import { answering, type Answers } from "../support/answering.ts"

const miner = "f01000"
const head = 10_000

const proposal: DealProposal = {
  PieceCID: "data",
  PieceSize: 1024,
  VerifiedDeal: false,
  Client: "f02000",
  Provider: miner,
  Label: "",
  StartEpoch: head + 1,
  EndEpoch: head + 1000,
  StoragePricePerEpoch: "0",
  ProviderCollateral: "0",
  ClientCollateral: "0",
}

const filler = (size: number, cid = zeroPieceCid(size)): Piece => ({
  Piece: { Size: size, PieceCID: cid },
  DealInfo: null,
})

const deal: Piece = {
  Piece: { Size: 1024, PieceCID: "data" },
  DealInfo: {
    PublishCid: null,
    DealID: 5,
    DealProposal: proposal,
    DealSchedule: { StartEpoch: head + 1, EndEpoch: head + 1000 },
    KeepUnsealed: false,
  },
}

const sector: Sector = {
  ...zeroSector,
  SectorNumber: 9,
  SectorType: 5,
  Pieces: [deal, filler(1024)],
  TicketEpoch: head - 900,
  TicketValue: "dGlja2V0",
  CommD: "commD",
  CommR: "commR",
  SeedEpoch: 9000 + 150,
  SeedValue: "seed",
}

const info: PreCommitInfo = {
  SealProof: 5,
  SectorNumber: 9,
  SealedCID: "commR",
  SealRandEpoch: sector.TicketEpoch,
  DealIDs: [5],
  Expiration: 1_000_000,
  ReplaceCapacity: false,
  ReplaceSectorDeadline: 0,
  ReplaceSectorPartition: 0,
  ReplaceSectorNumber: 0,
}

const onChain: PreCommitOnChain = { Info: info, PreCommitDeposit: 1n, PreCommitEpoch: 9000 }

const sound: Answers = {
  ChainHead: () => done({ epoch: head, tipset: "t" }),
  DealProposal: () => done(proposal),
  DataCommitment: () => done("commD"),
  PreCommitInfo: () => done(null),
  BeaconRandomness: () => done("seed"),
  VerifySeal: () => done(true),
}

const committed: Answers = { ...sound, PreCommitInfo: () => done(onChain) }

describe("checkPieces", () => {
  const check = (of: Partial<Sector>, answers: Answers = {}) =>
    answering(checkPieces({ ...sector, ...of }, miner), { ...sound, ...answers }).value

  it("passes zeroes and deals that are as on the chain", () => expect(check({})).toBeNull())

  it.each([
    ["no head", {}, { ChainHead: () => failed("api", "down") }, "ApiError", "getting chain head: down"],
    [
      "a filler of data",
      { Pieces: [filler(1024, "data")] },
      {},
      "InvalidPiece",
      "piece 0 (of 1) of sector 9 had non-zero PieceCID data",
    ],
    [
      "a filler of no size",
      { Pieces: [filler(1000, "")] },
      {},
      "InvalidPiece",
      "piece 0 (of 1) of sector 9 had non-zero PieceCID ",
    ],
    [
      "an unknown deal",
      {},
      { DealProposal: () => failed("noDeal", "deal 5 not found") },
      "InvalidDeals",
      "getting deal 5 for piece 0 (of 2) of sector 9: deal 5 not found",
    ],
    [
      "another provider",
      {},
      { DealProposal: () => done({ ...proposal, Provider: "f01" }) },
      "InvalidDeals",
      "wrong provider: f01 != f01000",
    ],
    [
      "other data",
      {},
      { DealProposal: () => done({ ...proposal, PieceCID: "x" }) },
      "InvalidDeals",
      "wrong PieceCID: data != x",
    ],
    [
      "another size",
      {},
      { DealProposal: () => done({ ...proposal, PieceSize: 2048 }) },
      "InvalidDeals",
      "different size: 1024 != 2048",
    ],
    [
      "a start epoch that is now",
      {},
      { DealProposal: () => done({ ...proposal, StartEpoch: head }) },
      "ExpiredDeals",
      "should start at 10000, head 10000",
    ],
  ] as ReadonlyArray<[string, Partial<Sector>, Answers, string, string]>)(
    "finds %s",
    (_name, of, answers, tag, message) => {
      const error = check(of, answers)
      expect(error?._tag).toBe(tag)
      expect(error?.message).toContain(message)
    },
  )

  it("gives the first failure in the order of the pieces", () => {
    expect(
      check({ Pieces: [filler(1024, "x"), deal] }, { DealProposal: () => failed("noDeal", "") })?._tag,
    ).toBe("InvalidPiece")
    expect(
      check({ Pieces: [deal, filler(1024, "x")] }, { DealProposal: () => failed("noDeal", "") })?._tag,
    ).toBe("InvalidDeals")
  })
})

describe("checkPrecommit", () => {
  const check = (of: Partial<Sector>, answers: Answers = {}, at = head) =>
    answering(checkPrecommit({ ...sector, ...of }, miner, at), { ...sound, ...answers })

  it("passes a sector that the chain does not have", () => {
    expect(check({})).toEqual({
      value: null,
      asked: ["ChainHead", "DealProposal", "DataCommitment", "PreCommitInfo"],
    })
  })

  it.each([
    ["bad pieces", {}, { DealProposal: () => failed("noDeal", "") }, "InvalidDeals"],
    ["no answer for CommD", {}, { DataCommitment: () => failed("api", "") }, "ApiError"],
    ["no CommD", { CommD: null }, {}, "BadCommD"],
    ["another CommD", {}, { DataCommitment: () => done("other") }, "BadCommD"],
    ["a number that is used", {}, { PreCommitInfo: () => failed("allocated", "") }, "SectorNumberAllocated"],
    ["no answer for the pre-commit", {}, { PreCommitInfo: () => failed("api", "") }, "ApiError"],
    ["a pre-commit with its ticket", {}, { PreCommitInfo: () => done(onChain) }, "PrecommitOnChain"],
    [
      "a pre-commit with another ticket",
      { TicketEpoch: 7 },
      { PreCommitInfo: () => done(onChain) },
      "BadTicket",
    ],
  ] as ReadonlyArray<[string, Partial<Sector>, Answers, string]>)("finds %s", (_name, of, answers, tag) =>
    expect(check(of, answers).value?._tag).toBe(tag),
  )

  it("calls a ticket expired one epoch after 3,780", () => {
    expect(check({}, {}, sector.TicketEpoch + 3780).value).toBeNull()
    expect(check({}, {}, sector.TicketEpoch + 3781).value?._tag).toBe("ExpiredTicket")
  })
})

describe("checkCommit", () => {
  const check = (of: Partial<Sector>, answers: Answers = {}) =>
    answering(checkCommit({ ...sector, ...of }, "proof", miner), { ...committed, ...answers })

  it("passes a proof that holds, and verifies it against the chain's CommR", () => {
    let verified: string | null = null
    const { value, asked } = check(
      { CommR: "another" },
      {
        VerifySeal: (request) => {
          verified = request.commR
          return done(true)
        },
      },
    )
    expect(value).toBeNull()
    expect(asked).toEqual(["PreCommitInfo", "BeaconRandomness", "VerifySeal", "ChainHead", "DealProposal"])
    expect(verified).toBe("commR")
  })

  it.each([
    ["no seed", { SeedEpoch: 0 }, {}, "BadSeed"],
    [
      "a used number after a commit message",
      { CommitMessage: "m" },
      { PreCommitInfo: () => failed("allocated", "") },
      "CommitWaitFailed",
    ],
    ["a used number without one", {}, { PreCommitInfo: () => failed("allocated", "") }, "Unclassified"],
    [
      "no answer for the pre-commit",
      { CommitMessage: "m" },
      { PreCommitInfo: () => failed("api", "") },
      "Unclassified",
    ],
    ["no pre-commit", {}, { PreCommitInfo: () => done(null) }, "NoPrecommit"],
    ["a seed of another epoch", { SeedEpoch: 9151 }, {}, "BadSeed"],
    ["no answer for the seed", {}, { BeaconRandomness: () => failed("api", "") }, "ApiError"],
    ["a seed that changed", {}, { BeaconRandomness: () => done("other") }, "BadSeed"],
    ["a proof that cannot be verified", {}, { VerifySeal: () => failed("sealer", "") }, "InvalidProof"],
    ["a proof that does not hold", {}, { VerifySeal: () => done(false) }, "InvalidProof"],
    ["a proof without CommD", { CommD: null }, {}, "InvalidProof"],
    ["bad pieces at last", {}, { DealProposal: () => failed("noDeal", "") }, "InvalidDeals"],
  ] as ReadonlyArray<[string, Partial<Sector>, Answers, string]>)("finds %s", (_name, of, answers, tag) =>
    expect(check(of, answers).value?._tag).toBe(tag),
  )
})
