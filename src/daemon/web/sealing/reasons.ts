/**
 * Why a sector waits, in the reader's language. The sealing room says it in English, in a finite number of sentences;
 * each is known here by its pattern. A cause inside a sentence (what the chain answered) is said too where it is known,
 * else it stays as it came.
 */
import type { MessageDescriptor } from "@lingui/core"
import { msg } from "@lingui/core/macro"
import { sentenceOf, type Sentences } from "../lib/sentences.ts"

/** `inner` says a part of a sentence, or leaves it as it is. */
type Reasons = Sentences<[inner: (part: string) => string]>

const steps: Reasons = [
  [/^a piece is being written \(AP\)$/, () => msg`a piece is being written (AP)`],
  [/^PreCommit1 is under way \(PC1\)$/, () => msg`PreCommit1 is under way (PC1)`],
  [/^PreCommit2 is under way \(PC2\)$/, () => msg`PreCommit2 is under way (PC2)`],
  [
    /^the first step of the proof is under way \(C1\)$/,
    () => msg`the first step of the proof is under way (C1)`,
  ],
  [/^the proof is being computed \(C2\)$/, () => msg`the proof is being computed (C2)`],
  [
    /^caches are cleared and the data moves to long-term storage \(FIN\)$/,
    () => msg`caches are cleared and the data moves to long-term storage (FIN)`,
  ],
  [
    /^the files are deleted as soon as no task holds them$/,
    () => msg`the files are deleted as soon as no task holds them`,
  ],
  [
    /^(\w+) waits for a free worker, it is the next$/,
    ([, task]) => msg`${task} waits for a free worker, it is the next`,
  ],
  [
    /^(\w+) waits for a free worker, (\d+) before it$/,
    ([, task, ahead]) => msg`${task} waits for a free worker, ${ahead} before it`,
  ],
  [
    /^(.+); every worker that does it is down$/,
    ([, why], inner) => msg`${inner(why)}; every worker that does it is down`,
  ],
  [/^(.+) on (\S+), simulated$/, ([, step, host], inner) => msg`${inner(step)} on ${host}, simulated`],
]

const chain: Reasons = [
  [
    /^message (\S+) must be on the chain and (\d+) epochs deep$/,
    ([, cid, deep]) => msg`message ${cid} must be on the chain and ${deep} epochs deep`,
  ],
  [
    /^message (\S+) is not known to the chain; it is looked for as long as finality takes$/,
    ([, cid]) => msg`message ${cid} is not known to the chain; it is looked for as long as finality takes`,
  ],
  [/^message (\S+) is stuck in the mempool$/, ([, cid]) => msg`message ${cid} is stuck in the mempool`],
  [
    /^message (\S+) \((\w+)\) is on the chain at epoch (\d+), and must be (\d+) epochs deep$/,
    ([, cid, method, epoch, deep]) =>
      msg`message ${cid} (${method}) is on the chain at epoch ${epoch}, and must be ${deep} epochs deep`,
  ],
  [
    /^message (\S+) \((\w+)\) will be on the chain at epoch (\d+), and must be (\d+) epochs deep$/,
    ([, cid, method, epoch, deep]) =>
      msg`message ${cid} (${method}) will be on the chain at epoch ${epoch}, and must be ${deep} epochs deep`,
  ],
  [/^the chain must reach epoch (\d+)$/, ([, epoch]) => msg`the chain must reach epoch ${epoch}`],
  [
    /^the seed is drawn at epoch (\d+) and used when that is (\d+) epochs deep$/,
    ([, epoch, deep]) => msg`the seed is drawn at epoch ${epoch} and used when that is ${deep} epochs deep`,
  ],
  [
    /^(.+): the seed of epoch (\d+) will be refused, and (.+)$/s,
    ([, moved, epoch, next], inner) =>
      msg`${inner(moved)}: the seed of epoch ${epoch} will be refused, and ${inner(next)}`,
  ],
  [/^a revert took the pre-commit off the chain$/, () => msg`a revert took the pre-commit off the chain`],
  [
    /^a revert moved the pre-commit to epoch (\d+)$/,
    ([, epoch]) => msg`a revert moved the pre-commit to epoch ${epoch}`,
  ],
  [/^the right one is of epoch (\d+)$/, ([, epoch]) => msg`the right one is of epoch ${epoch}`],
  [
    /^the sector then finds its way from where that lands$/,
    () => msg`the sector then finds its way from where that lands`,
  ],
  [/^waits for an answer to (\w+)$/, ([, request]) => msg`waits for an answer to ${request}`],
  [
    /^(.+?): (.+)\. The sector rests here; SectorRestart, or a restart of the process, tries again$/s,
    ([, what, cause], inner) =>
      msg`${inner(what)}: ${inner(cause)}. The sector rests here; SectorRestart, or a restart of the process, tries again`,
  ],
]

const queues: Reasons = [
  [/^the cooldown after a failure$/, () => msg`the cooldown after a failure`],
  [
    /^queued for a message that several sectors share$/,
    () => msg`queued for a message that several sectors share`,
  ],
  [
    /^queued for (a pre-commit batch|an aggregate of proofs|a batch of terminations) \((\d+) of (\d+)\); it goes when it is full, when its time has come, or by hand$/,
    ([, batch, waiting, max], inner) =>
      msg`queued for ${inner(batch)} (${waiting} of ${max}); it goes when it is full, when its time has come, or by hand`,
  ],
  [/^a pre-commit batch$/, () => msg`a pre-commit batch`],
  [/^an aggregate of proofs$/, () => msg`an aggregate of proofs`],
  [/^a batch of terminations$/, () => msg`a batch of terminations`],
  [
    /^open for deals; nothing is assigned to it yet\. Add a piece, or seal the sector$/,
    () => msg`open for deals; nothing is assigned to it yet. Add a piece, or seal the sector`,
  ],
  [
    /^open for more deals; it is packed when the wait for deals ends$/,
    () => msg`open for more deals; it is packed when the wait for deals ends`,
  ],
]

/** What needs somebody, or nothing at all. */
const rests: Reasons = [
  [
    /^it has a number and was not begun: only SectorStart, SectorStartCC and SectorRemove move it$/,
    () => msg`it has a number and was not begun: only SectorStart, SectorStartCC and SectorRemove move it`,
  ],
  [
    /^nothing runs in (\w+): force-state, SectorTerminate or SectorRemove gets a sector out of it$/,
    ([, state]) =>
      msg`nothing runs in ${state}: force-state, SectorTerminate or SectorRemove gets a sector out of it`,
  ],
  [
    /^Proving, but the chain does not have it: it was forced here\. Force it to where it was, or remove it$/,
    () =>
      msg`Proving, but the chain does not have it: it was forced here. Force it to where it was, or remove it`,
  ],
  [
    /^it ended on the chain at epoch (\d+)\. SectorRemove deletes its files$/,
    ([, epoch]) => msg`it ended on the chain at epoch ${epoch}. SectorRemove deletes its files`,
  ],
  [
    /^it was terminated on the chain at epoch (\d+)\. SectorRemove deletes its files$/,
    ([, epoch]) => msg`it was terminated on the chain at epoch ${epoch}. SectorRemove deletes its files`,
  ],
  [
    /^(.+)\. It rests here: force the state it should be in, or remove it$/s,
    ([, cause], inner) => msg`${inner(cause)}. It rests here: force the state it should be in, or remove it`,
  ],
  [
    /^its files were deleted by its removal: only SectorRemove helps\. No state that it is forced into brings them back$/,
    () =>
      msg`its files were deleted by its removal: only SectorRemove helps. No state that it is forced into brings them back`,
  ],
  [
    /^its files were deleted by its removal, but the chain still has it: SectorTerminate ends it there, then SectorRemove\. No other state helps$/,
    () =>
      msg`its files were deleted by its removal, but the chain still has it: SectorTerminate ends it there, then SectorRemove. No other state helps`,
  ],
  [
    /^its machine is parked: (.+)\. Any event brings it back$/s,
    ([, cause], inner) => msg`its machine is parked: ${inner(cause)}. Any event brings it back`,
  ],
  [
    /^the sector's number is used up on the chain and there is no pre-commit under it\. Remove the sector$/,
    () =>
      msg`the sector's number is used up on the chain and there is no pre-commit under it. Remove the sector`,
  ],
  [
    /^sealed and active; it waits for nothing\. SectorTerminate ends it$/,
    () => msg`sealed and active; it waits for nothing. SectorTerminate ends it`,
  ],
  [
    /^active; releasing unsealed data failed: (.+)$/s,
    ([, cause], inner) => msg`active; releasing unsealed data failed: ${inner(cause)}`,
  ],
]

/** A stage that cannot go on by itself. */
const broken: Reasons = [
  [
    /^too much data in the sector: (\d+) of (\d+) bytes\. Remove the sector; it cannot be packed$/,
    ([, bytes, size]) =>
      msg`too much data in the sector: ${bytes} of ${size} bytes. Remove the sector; it cannot be packed`,
  ],
  [
    /^filling the sector up failed: (.+)\. SectorRestart tries again, SectorRemove gives the sector up$/s,
    ([, cause], inner) =>
      msg`filling the sector up failed: ${inner(cause)}. SectorRestart tries again, SectorRemove gives the sector up`,
  ],
  [
    /^(.+)\. The sector cannot be sealed like this: remove it$/s,
    ([, cause], inner) => msg`${inner(cause)}. The sector cannot be sealed like this: remove it`,
  ],
  [
    /^(.+)\. The sector cannot be proven like this: remove it$/s,
    ([, cause], inner) => msg`${inner(cause)}. The sector cannot be proven like this: remove it`,
  ],
  [
    /^the check before the commit failed: (.+)\. SectorRestart tries again, SectorRemove gives the sector up$/s,
    ([, cause], inner) =>
      msg`the check before the commit failed: ${inner(cause)}. SectorRestart tries again, SectorRemove gives the sector up`,
  ],
  [
    /^the pre-commit on the chain has another CommR: (\S+) != (\S+)\. It must expire, or the sector be removed$/,
    ([, there, here]) =>
      msg`the pre-commit on the chain has another CommR: ${there} != ${here}. It must expire, or the sector be removed`,
  ],
  [
    /^piece (\d+) of sector (\d+) has no deal and is not zeroes\. It cannot be mended: remove the sector$/,
    ([, piece, sector]) =>
      msg`piece ${piece} of sector ${sector} has no deal and is not zeroes. It cannot be mended: remove the sector`,
  ],
  [
    /^can't fix sector deals: piece (\d+) \(of \d+\) of sector (\d+) refers expired deal (\d+) - should start at (\d+), head (\d+)\. Remove the sector$/,
    ([, piece, sector, deal, start, head]) =>
      msg`can't fix the deals of sector ${sector}: piece ${piece} refers to the expired deal ${deal}, which should start at epoch ${start}; the chain is at ${head}. Remove the sector`,
  ],
  [
    /^the sector is committed on-chain although its deals count as expired\. Force it to Proving, terminate or remove it$/,
    () =>
      msg`the sector is committed on-chain although its deals count as expired. Force it to Proving, terminate or remove it`,
  ],
  [
    /^the sector is pre-committed but not proven, so there is nothing to terminate\. SectorRemove gives it up, or force it to where it was$/,
    () =>
      msg`the sector is pre-committed but not proven, so there is nothing to terminate. SectorRemove gives it up, or force it to where it was`,
  ],
]

const faults: Reasons = [
  [
    /^(.+)\. SectorProving when the chain counts it as sound again, SectorTerminate or SectorRemove to give it up$/s,
    ([, cause], inner) =>
      msg`${inner(cause)}. SectorProving when the chain counts it as sound again, SectorTerminate or SectorRemove to give it up`,
  ],
  [/^the data is damaged or missing$/, () => msg`the data is damaged or missing`],
  [
    /^entered fault reported state without a FaultReportMsg cid$/,
    () => msg`there is no message of the fault declaration (FaultReportMsg)`,
  ],
  [
    /^failed to wait for fault declaration: (.+)$/s,
    ([, cause], inner) => msg`waiting for the fault declaration failed: ${inner(cause)}`,
  ],
  [
    /^declaring sector fault failed \(exit=(\d+), msg=(\S+)\)$/,
    ([, code, cid]) => msg`declaring the fault failed (exit code ${code}, message ${cid})`,
  ],
]

/** What the chain was asked when it did not answer. */
const asked: Reasons = [
  [/^reading the network version$/, () => msg`reading the network version`],
  [/^reading the head$/, () => msg`reading the head of the chain`],
  [/^getting chain head$/, () => msg`reading the head of the chain`],
  [
    /^reading the head after proving \(the proof is lost\)$/,
    () => msg`reading the head of the chain after proving (the proof is lost)`,
  ],
  [
    /^reading the head after a batch error$/,
    () => msg`reading the head of the chain after an error of the batch`,
  ],
  [/^reading the head for the seed$/, () => msg`reading the head of the chain for the seed`],
  [/^registering for the seed's epoch$/, () => msg`registering for the seed's epoch`],
  [/^reading the available balance$/, () => msg`reading the available balance`],
  [/^choosing an address$/, () => msg`choosing an address`],
  [/^getting the initial pledge$/, () => msg`getting the initial pledge`],
  [/^getting sector info$/, () => msg`looking up the sector`],
  [/^getting precommit info$/, () => msg`looking up the pre-commit`],
  [/^looking up the pre-commit$/, () => msg`looking up the pre-commit`],
  [/^checking the pieces$/, () => msg`checking the pieces`],
  [/^checking the pre-commit$/, () => msg`checking the pre-commit`],
  [/^checking the proof$/, () => msg`checking the proof`],
  [/^calling StateComputeDataCommitment$/, () => msg`computing the data commitment`],
  [/^failed to get randomness for computing seal proof$/, () => msg`getting randomness for the seal proof`],
]

/** What was answered, inside another sentence. */
const answered: Reasons = [
  [
    /^(?:sector|link) in state (\S+) does not take the event (\w+)$/,
    ([, state, event]) => msg`${state} does not take the event ${event}`,
  ],
  [
    /^piece (\d+) \(of \d+\) of sector (\d+) had non-zero PieceCID (\S+)$/,
    ([, piece, sector, cid]) => msg`piece ${piece} of sector ${sector} is not zeroes (${cid})`,
  ],
  [
    /^got unexpected padding piece CID (\S+)$/,
    ([, cid]) => msg`the padding has an unexpected commitment (${cid})`,
  ],
  [
    /^the chain does not answer \(world setting\)$/,
    () => msg`the chain does not answer (setting of the world)`,
  ],
  [
    /^the node refused the message \(world setting\)$/,
    () => msg`the node refused the message (setting of the world)`,
  ],
  [/^(\w+) failed \(world setting\)$/, ([, task]) => msg`${task} failed (setting of the world)`],
  [
    /^task error: \d+ worker (\S+) restarted \(world setting\)$/,
    ([, worker]) => msg`worker ${worker} restarted (setting of the world)`,
  ],
]

const known: Reasons = [...steps, ...chain, ...queues, ...rests, ...broken, ...faults, ...asked, ...answered]

/** In the language of `say`; null when nobody here knows the sentence. */
export const reasonIn = (text: string, say: (words: MessageDescriptor) => string): string | null => {
  const inner = (part: string) => reasonIn(part, say) ?? part
  const whole = sentenceOf(known, text, inner)
  if (whole !== null) return say(whole)
  const [, head, rest] = /^([^:]+): (.+)$/s.exec(text) ?? []
  if (head === undefined || rest === undefined) return null
  const what = reasonIn(head, say)
  const cause = inner(rest)
  return what === null ? null : say(msg`${what}: ${cause}`)
}
