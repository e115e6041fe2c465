/** Numbers a deployment is made with; none of them can change later. */
export interface DeploymentProfile {
  /** Token all money is in; zero address: the chain's coin. */
  readonly asset: string;
  /** Least bond of a serving operator, in the asset's smallest unit. */
  readonly minBond: bigint;
  /** Longer than the 30 days a request may live. */
  readonly unbondingSeconds: bigint;
  /** Time between a change of verifier or coordinator and its effect. */
  readonly changeDelaySeconds: bigint;
  /** Time in which anyone may retry a failed callback. */
  readonly retrySeconds: bigint;
  /** Time after an optimistic answer in which it can be disputed. */
  readonly challengeWindowSeconds: bigint;
  /** Time to prove a challenged answer, once for each open challenge of its operator. */
  readonly proofSeconds: bigint;
  /** Contract that tells a rollup's data fee (`IDataFee`); zero address: none; `OP_STACK`: the one for
   * rollups of that stack is deployed with the others. */
  readonly dataFee: string;
  /** On top of each price, in 1/10,000, and who gets it; 0: none. */
  readonly protocolFeeBps: bigint;
  readonly feeReceiver: string;
  /** Least bond behind an optimistic answer, a short amount (`isShortAmount`); a fifth of it must pay for
   * a proof and its gas. */
  readonly leastAnswerBond: bigint;
  /** Least grade of any release's key: 0 in development only. */
  readonly leastKeyGrade: bigint;
  /** Time between the proposal of a ceremony's contributor and his recognition. */
  readonly recognitionDelaySeconds: bigint;
  /** keccak256(alpha, beta, gamma) that verifying keys must have; zero: any, development only. */
  readonly pinnedSetup: string;
  /** Who may stop new requests beside the owner; zero address: nobody. These two can change later. */
  readonly guardian: string;
  /** To whom the deployer offers coordinator and ceremony book, in two steps; zero address: he keeps them. */
  readonly nextOwner: string;
}

/** `DeploymentProfile.dataFee` on rollups of the OP stack. */
export const OP_STACK = "OpStackDataFee";
