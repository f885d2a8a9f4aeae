/**
 * Names and random bytes of the modelled world, made from what they stand for by SHA-256: the same world with the same
 * seed gives the same CIDs and the same randomness on every machine.
 */
import { hash } from "node:crypto"
import type { Bytes, Cid } from "../Sector.ts"

const digest = (of: string): Buffer => hash("sha256", of, "buffer")

/** 32 bytes in base64. */
export const bytesOf = (of: string): Bytes => digest(of).toString("base64")

/** 32 bytes as they are. */
export const rawBytesOf = (of: string): Uint8Array => digest(of)

const base32 = "abcdefghijklmnopqrstuvwxyz234567"

const toBase32 = (bytes: Uint8Array): string => {
  let text = ""
  let buffer = 0
  let bits = 0
  for (let index = 0; index < bytes.length; index++) {
    buffer = (buffer << 8) | bytes[index]!
    for (bits += 8; bits >= 5; bits -= 5) text += base32[(buffer >>> (bits - 5)) & 31]
    buffer &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + base32[(buffer << (5 - bits)) & 31]
}

const cid = (prefix: Uint8Array, content: Uint8Array): Cid => {
  const bytes = new Uint8Array(prefix.length + content.length)
  bytes.set(prefix)
  bytes.set(content, prefix.length)
  return `b${toBase32(bytes)}`
}

/** CIDv1, dag-cbor (0x71), blake2b-256 (0xb220), 32 bytes; numbers as varints. */
const messagePrefix = Uint8Array.of(0x01, 0x71, 0xa0, 0xe4, 0x02, 0x20)
/** CIDv1, fil-commitment-sealed (0xf102), poseidon-bls12_381-a2-fc1 (0xb401), 32 bytes. */
const sealedPrefix = Uint8Array.of(0x01, 0x82, 0xe2, 0x03, 0x81, 0xe8, 0x02, 0x20)

/** CIDv1, fil-commitment-unsealed (0xf101), sha2-256-trunc254-padded (0x1012), 32 bytes. */
const unsealedPrefix = Uint8Array.of(0x01, 0x81, 0xe2, 0x03, 0x92, 0x20, 0x20)

/** The CID of a data commitment of 32 bytes. */
export const unsealedCid = (commitment: Uint8Array): Cid => cid(unsealedPrefix, commitment)

/** The CID of a message, a tipset or a deal proposal. */
export const messageCid = (of: string): Cid => cid(messagePrefix, digest(of))

/** The CID of a sealed sector (CommR). */
export const sealedCid = (of: string): Cid => cid(sealedPrefix, digest(of))
