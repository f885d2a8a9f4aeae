/**
 * The commitment of zeroes: the root of a tree over empty leaves of 32 bytes, hashed with SHA-256 cut to 254 bits, and
 * its CID (`fil-commitment-unsealed`). Real figures, so that a piece of zeroes has the CID it has on Filecoin.
 */
import { createHash } from "node:crypto"
import type { Cid, PaddedBytes } from "../Sector.ts"
import { isPaddedPiece } from "./sizes.ts"

const leafBytes = 32
/** The hash is a number of 254 bits: the two highest bits of the last byte are cleared. */
const lastByteMask = 0x3f

const hashPair = (node: Uint8Array): Uint8Array => {
  const hash = createHash("sha256").update(node).update(node).digest()
  hash[leafBytes - 1]! &= lastByteMask
  return hash
}

const roots: Array<Uint8Array> = [new Uint8Array(leafBytes)]

const zeroRoot = (height: number): Uint8Array => {
  for (let at = roots.length; at <= height; at++) roots.push(hashPair(roots[at - 1]!))
  return roots[height]!
}

/** CIDv1, fil-commitment-unsealed (0xf101), sha2-256-trunc254-padded (0x1012), 32 bytes; numbers as varints. */
const cidPrefix = [0x01, 0x81, 0xe2, 0x03, 0x92, 0x20, leafBytes]

const base32 = "abcdefghijklmnopqrstuvwxyz234567"

const toBase32 = (bytes: Uint8Array): string => {
  let text = ""
  let buffer = 0
  let bits = 0
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte
    for (bits += 8; bits >= 5; bits -= 5) text += base32[(buffer >> (bits - 5)) & 31]
    buffer &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + base32[(buffer << (5 - bits)) & 31]
}

/** The CID of a commitment of 32 bytes. */
const commitmentCid = (commitment: Uint8Array): Cid =>
  `b${toBase32(Uint8Array.from([...cidPrefix, ...commitment]))}`

const known = new Map<PaddedBytes, Cid>()

/** The CID of a piece of zeroes of a padded size; empty, which is no CID, for a size that no piece has. */
export const zeroPieceCid = (size: PaddedBytes): Cid => {
  const found = known.get(size)
  if (found !== undefined) return found
  if (!isPaddedPiece(size)) return ""
  const cid = commitmentCid(zeroRoot(Math.log2(size / leafBytes)))
  known.set(size, cid)
  return cid
}
