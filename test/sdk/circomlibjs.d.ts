/** The part of circomlibjs that our tests compare with; the package brings no types. */
declare module "circomlibjs" {
  export interface Poseidon {
    (inputs: readonly bigint[], initialState?: bigint): Uint8Array;
    readonly F: { toObject(element: Uint8Array): bigint };
  }
  export function buildPoseidonReference(): Promise<Poseidon>;
}
