/** One figure: what was done, and what the whole transaction cost. */
export interface GasRow {
  readonly key: string;
  readonly gas: number;
}
