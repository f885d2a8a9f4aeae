/**
 * Where the modelled money is, in attoFIL. Nothing is made or lost: the sum of all pots is what the world began with,
 * which is checked by `total`.
 */

export interface Pots {
  /** The operator's wallets: they pay fees and send collateral. */
  wallet: bigint
  /** The miner actor's balance that is free to use. */
  available: bigint
  /** Locked as pre-commit deposits. */
  deposits: bigint
  /** Locked as initial pledge. */
  pledge: bigint
  /** Burnt: gas, network fees, lost deposits. */
  burnt: bigint
}

export type Pot = keyof Pots

export class Ledger {
  readonly pots: Pots

  constructor(pots: Pots) {
    this.pots = { ...pots }
  }

  /** Moves money. A pot may be overdrawn: whether one may spend is asked before (`covers`). */
  move(from: Pot, to: Pot, amount: bigint): void {
    this.pots[from] -= amount
    this.pots[to] += amount
  }

  covers(pot: Pot, amount: bigint): boolean {
    return this.pots[pot] >= amount
  }

  /** The sum of all pots; it never changes but by `set`. */
  get total(): bigint {
    const { wallet, available, deposits, pledge, burnt } = this.pots
    return wallet + available + deposits + pledge + burnt
  }

  set(pot: Pot, amount: bigint): void {
    this.pots[pot] = amount
  }
}
