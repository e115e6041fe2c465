import { Contract, Interface, isAddress, isError, type Provider } from "ethers";

import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { modelRegistryAbi } from "../../sdk/protocol/abi/modelRegistry.ts";
import { zkVerifierAbi } from "../../sdk/protocol/abi/zkVerifier.ts";
import { connect, readWallet } from "../account/connection.ts";
import { legible } from "../account/legible.ts";
import { publishRelease, type ZkRelease } from "./publishRelease.ts";

const errors = new Interface(
  [...modelRegistryAbi, ...zkVerifierAbi].filter(({ type }) => type === "error"),
);

/** Why a release cannot be registered on a chain; the message names the next step. */
export class PublishError extends Error {
  readonly code: "RegistryInvalid" | "ContractRefused";
  readonly data: Readonly<Record<string, unknown>>;

  constructor(
    code: PublishError["code"],
    message: string,
    { data = {}, cause }: { readonly data?: PublishError["data"]; readonly cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.name = "PublishError";
    this.code = code;
    this.data = data;
  }
}

/** A publisher's account on a running chain. */
export interface Publisher {
  /** @throws PublishError ContractRefused */
  publish(named: {
    readonly name: string;
    readonly version: string;
    readonly release: ZkRelease;
  }): Promise<{ readonly modelId: Hex; readonly releaseId: Hex }>;
  close(): void;
}

/**
 * Checks all that publishing needs, before anything heavy is done for it.
 * @param parameters.keyFile holds the publisher's private key, hexadecimal
 * @param parameters.modelRegistry address of the deployment's ModelRegistry
 * @throws AccountError KeyFileInvalid, ChainUnavailable; PublishError RegistryInvalid
 */
export async function openPublisher(parameters: {
  readonly rpcUrl: string;
  readonly keyFile: string;
  readonly modelRegistry: string;
}): Promise<Publisher> {
  const { rpcUrl, keyFile, modelRegistry } = parameters;
  const wallet = await readWallet(keyFile);
  const provider = await connect(rpcUrl);
  try {
    const addresses = { modelRegistry, zkVerifier: await verifierOf(modelRegistry, provider) };
    const signer = wallet.connect(provider);
    return {
      publish: async (named) => {
        try {
          return await publishRelease({ signer, addresses, ...named });
        } catch (cause) {
          throw refusal(cause);
        }
      },
      close: () => {
        provider.destroy();
      },
    };
  } catch (error) {
    provider.destroy();
    throw error;
  }
}

async function verifierOf(modelRegistry: string, provider: Provider): Promise<string> {
  try {
    if (!isAddress(modelRegistry)) throw new RangeError("no address");
    const registry = new Contract(modelRegistry, modelRegistryAbi, provider);
    return await registry.getFunction("zkVerifier")();
  } catch (cause) {
    const message = `There is no ModelRegistry at ${modelRegistry}; check --registry and --rpc.`;
    throw new PublishError("RegistryInvalid", message, { data: { modelRegistry }, cause });
  }
}

function refusal(cause: unknown): PublishError {
  // A sender's estimate knows no contract, so ethers leaves the error undecoded.
  const data = isError(cause, "CALL_EXCEPTION") ? cause.data : null;
  const revert = data === null ? null : errors.parseError(data);
  const said =
    revert === null
      ? shortMessage(cause)
      : `${revert.name}(${revert.args.map(legible).join(", ")})`;
  const message = `The release could not be registered: ${said}.`;
  return new PublishError("ContractRefused", message, { data: { said }, cause });
}

function shortMessage(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return "shortMessage" in cause ? String(cause.shortMessage) : cause.message;
}
