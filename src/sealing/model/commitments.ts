/**
 * The data commitment of a sector (CommD): the root over the commitments of its pieces, each at its place, the gaps and
 * the rest being zeroes. The real computation over the given piece CIDs, so that a sector without deals has the CommD it
 * has on Filecoin.
 */
import { hash } from "node:crypto"
import { alignmentPieces } from "../pieces/padding.ts"
import { zeroPieceCid } from "../pieces/zeroCommitment.ts"
import type { Cid, PaddedBytes, PieceInfo } from "../Sector.ts"
import { rawBytesOf, unsealedCid } from "./digest.ts"

const commitmentBytes = 32
/** The hash is a number of 254 bits: the two highest bits of the last byte are cleared. */
const lastByteMask = 0x3f
const base32 = "abcdefghijklmnopqrstuvwxyz234567"

const fromBase32 = (text: string): Uint8Array => {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8))
  let buffer = 0
  let bits = 0
  let at = 0
  for (let index = 0; index < text.length; index++) {
    buffer = ((buffer << 5) | base32.indexOf(text[index]!)) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = (buffer >>> bits) & 0xff
  }
  return bytes
}

/** The 32 bytes that a piece's CID stands for. */
const commitmentOf = (cid: Cid): Uint8Array => fromBase32(cid.slice(1)).subarray(-commitmentBytes)

/** The CID of modelled data; the same name gives the same data. */
export const modelledPieceCid = (name: string): Cid => {
  const bytes = rawBytesOf(name)
  bytes[commitmentBytes - 1]! &= lastByteMask
  return unsealedCid(bytes)
}

const join = (left: Cid, right: Cid): Cid => {
  const root: Buffer = hash(
    "sha256",
    Buffer.concat([commitmentOf(left), commitmentOf(right)]),
    "buffer",
  ) as Buffer
  root[commitmentBytes - 1]! &= lastByteMask
  return unsealedCid(root)
}

/** CommD of pieces in a sector of that size; what they leave over is zeroes. */
export const dataCommitment = (pieces: ReadonlyArray<PieceInfo>, sectorSize: PaddedBytes): Cid => {
  if (pieces.every((piece) => piece.PieceCID === zeroPieceCid(piece.Size))) return zeroPieceCid(sectorSize)
  const stack: Array<PieceInfo> = []
  let offset = 0
  const push = (piece: PieceInfo) => {
    offset += piece.Size
    stack.push(piece)
    for (let top = stack.at(-1)!, below = stack.at(-2); below?.Size === top.Size; below = stack.at(-2)) {
      stack.length -= 2
      top = { Size: 2 * top.Size, PieceCID: join(below.PieceCID, top.PieceCID) }
      stack.push(top)
    }
  }
  const zeroes = (sizes: ReadonlyArray<PaddedBytes>) => {
    for (const Size of sizes) push({ Size, PieceCID: zeroPieceCid(Size) })
  }
  for (const piece of pieces) {
    zeroes(alignmentPieces(offset, piece.Size))
    push(piece)
  }
  zeroes(alignmentPieces(offset, sectorSize))
  return stack[0]!.PieceCID
}
