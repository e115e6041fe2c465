import { refusal } from "../refusal.ts";
import type { Tensor } from "./tensor.ts";

/** One attribute of a node. Subgraphs are kept only by name: no supported operator has one. */
export type Attribute =
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "tensor"; readonly value: Tensor }
  | { readonly kind: "floats"; readonly value: readonly number[] }
  | { readonly kind: "ints"; readonly value: readonly number[] }
  | { readonly kind: "strings"; readonly value: readonly string[] }
  | { readonly kind: "graph" };

type ValueOf<K extends Attribute["kind"]> =
  Extract<Attribute, { kind: K }> extends { value: infer V } ? V : never;

/** Attributes of one node with typed access; an attribute of another kind than asked is refused. */
export class Attributes {
  readonly #node: string;
  readonly #values: ReadonlyMap<string, Attribute>;

  constructor(node: string, values: ReadonlyMap<string, Attribute>) {
    this.#node = node;
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  names(): string[] {
    return [...this.#values.keys()];
  }

  int(name: string): number | undefined;
  int(name: string, otherwise: number): number;
  int(name: string, otherwise?: number): number | undefined {
    return this.#get(name, "int") ?? otherwise;
  }

  float(name: string): number | undefined;
  float(name: string, otherwise: number): number;
  float(name: string, otherwise?: number): number | undefined {
    return this.#get(name, "float") ?? otherwise;
  }

  string(name: string): string | undefined;
  string(name: string, otherwise: string): string;
  string(name: string, otherwise?: string): string | undefined {
    return this.#get(name, "string") ?? otherwise;
  }

  ints(name: string): readonly number[] | undefined {
    return this.#get(name, "ints");
  }

  floats(name: string): readonly number[] | undefined {
    return this.#get(name, "floats");
  }

  strings(name: string): readonly string[] | undefined {
    return this.#get(name, "strings");
  }

  tensor(name: string): Tensor | undefined {
    return this.#get(name, "tensor");
  }

  #get<K extends Attribute["kind"]>(name: string, kind: K): ValueOf<K> | undefined {
    const attribute = this.#values.get(name);
    if (attribute === undefined) return undefined;
    if (attribute.kind !== kind || attribute.kind === "graph") {
      throw refusal("AttributeInvalid", {
        node: this.#node,
        attribute: name,
        expected: kind,
        actual: attribute.kind,
      });
    }
    return attribute.value as ValueOf<K>;
  }
}
