/** The modelled world as it could stand in a drill, and pieces that were offered to it. */
interface Setting {
  readonly name: string
  value: string
  readonly takes: string
  readonly meaning: string
}

const stands: ReadonlyArray<readonly [name: string, value: string]> = [
  ["base-fee", "0.1 nFIL"],
  ["messages", "ok"],
  ["release", "0 stuck"],
  ["revert", "0 so far"],
  ["chain", "up"],
  ["network-version", "13"],
  ["inclusion-epochs", "1"],
  ["wallet", "8,213.5 FIL"],
  ["available-balance", "1,204 FIL"],
  ["sealer-failure", "none"],
  ["worker", "seal-1 up, prove-1 up"],
  ["duration", "AP 1 min 30 s, PC1 3 h, PC2 15 min, C1 1 s, C2 20 min, FIN 1 min"],
  ["deal", "37 published"],
]

export const makeWorld = (): Array<Setting> =>
  stands.map(([name, value]) => ({ name, value, takes: "a value", meaning: "what it means" }))

const gib = 1024 ** 3

export const makePieces = (): Array<Record<string, unknown>> => {
  const piece = (
    deal: number,
    size: number,
    state: string,
    sector: number | null,
    reason: string | null = null,
  ) => ({
    deal,
    size: size * gib,
    start: 4_841_793,
    end: 5_360_193,
    at: "2026-11-22T14:02:11.000Z",
    state,
    sector,
    offset: state === "written" ? 0 : null,
    reason,
  })
  return [
    piece(40, 8, "waiting", null),
    piece(39, 16, "assigned", 9786),
    piece(38, 8, "written", 9785),
    piece(37, 32, "refused", null, "the deal starts before the sector could be sealed"),
  ]
}
