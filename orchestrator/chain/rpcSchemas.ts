import { z } from "zod";

import type { Hex } from "../domain/ports.ts";

/** Hexadecimal text of an RPC answer, in lower case. */
export const rpcHex = z
  .string()
  .regex(/^0x[0-9a-fA-F]*$/)
  .transform((text) => text.toLowerCase() as Hex);

export const rpcBigint = rpcHex.transform((text) => BigInt(text));

/** A quantity that fits a JavaScript number: block numbers, times, nonces, indices. */
export const rpcNumber = rpcBigint.transform(Number).pipe(
  z
    .number()
    .int()
    .max(2 ** 52),
);

export const rpcHeader = z.object({
  number: rpcNumber,
  hash: rpcHex,
  parentHash: rpcHex,
  timestamp: rpcNumber,
  logsBloom: rpcHex,
  baseFeePerGas: rpcBigint.default(0n),
});

export type Header = z.infer<typeof rpcHeader>;

export const rpcLog = z.object({
  address: rpcHex,
  topics: z.array(rpcHex),
  data: rpcHex,
  blockNumber: rpcNumber,
  blockHash: rpcHex,
  transactionHash: rpcHex,
  logIndex: rpcNumber,
});

export type Log = z.infer<typeof rpcLog>;

export const rpcReceipt = z.object({
  transactionHash: rpcHex,
  blockNumber: rpcNumber,
  blockHash: rpcHex,
  status: rpcNumber,
  gasUsed: rpcBigint,
  logs: z.array(rpcLog),
});
