import { refusal } from "../refusal.ts";
import { ModelProto } from "./descriptor.ts";
import { LIMITS } from "./limits.ts";
import type { TensorMessage } from "./tensorData.ts";

/* What protobuf decoding gives, before any meaning is checked. Scalars that are not set are absent. */

export type ModelMessage = {
  readonly opsetImport: readonly { readonly domain?: string; readonly version?: number }[];
  readonly graph?: GraphMessage;
  readonly functions: readonly Uint8Array[];
};

export type GraphMessage = {
  readonly node: readonly NodeMessage[];
  readonly initializer: readonly TensorMessage[];
  readonly input: readonly ValueInfoMessage[];
  readonly output: readonly ValueInfoMessage[];
  readonly sparseInitializer: readonly Uint8Array[];
};

export type NodeMessage = {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly name?: string;
  readonly opType?: string;
  readonly domain?: string;
  readonly attribute: readonly AttributeMessage[];
};

export type AttributeMessage = {
  readonly name?: string;
  readonly type?: number;
  readonly f?: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly t?: TensorMessage;
  readonly g?: Uint8Array;
  readonly floats: readonly number[];
  readonly ints: readonly number[];
  readonly strings: readonly Uint8Array[];
};

export type ValueInfoMessage = {
  readonly name?: string;
  readonly type?: {
    readonly tensorType?: {
      readonly elemType?: number;
      readonly shape?: {
        readonly dim: readonly { readonly dimValue?: number; readonly dimParam?: string }[];
      };
    };
  };
};

/** @throws CompilerError NotProtobuf, ModelTooLarge */
export function decodeModel(file: Uint8Array): ModelMessage {
  if (file.length > LIMITS.fileBytes) {
    throw refusal("ModelTooLarge", { bytes: file.length, limit: LIMITS.fileBytes });
  }
  try {
    const message = ModelProto.decode(file);
    return ModelProto.toObject(message, { longs: Number, arrays: true }) as ModelMessage;
  } catch (cause) {
    throw refusal("NotProtobuf", { bytes: file.length, cause: String(cause) });
  }
}
