import { FUSED, type ClassifyNode } from "../graph/fuseFunctions.ts";
import { functionsFamily } from "./functions.ts";

const FREE: ReadonlySet<string> = new Set(["Add", "Sub", "Neg", "Sum", "Mean", "Identity"]);
const CHEAP: ReadonlySet<string> = new Set([
  "Relu",
  "LeakyRelu",
  "Clip",
  "Abs",
  "HardSigmoid",
  "Max",
  "Min",
]);

/** What elementwise operators cost, for `fuseFunctions`. Steps are left out: tables would blur them. */
export const elementwiseCost: ClassifyNode = ({ operator, inputs }, constants) => {
  if (FREE.has(operator)) return "free";
  if (CHEAP.has(operator)) return "cheap";
  if (operator !== FUSED && operator in functionsFamily) return "table";
  const [left, right] = inputs.map((name) => constants.get(name));
  switch (operator) {
    case "Mul":
      return left === undefined && right === undefined ? "cheap" : "free";
    case "Div":
      return right === undefined ? "table" : "free";
    case "Pow":
      return right === undefined ? undefined : isProduct(right.data[0]) ? "cheap" : "table";
    default:
      return undefined;
  }
};

/** Small whole exponents are products. */
function isProduct(exponent: number | undefined): boolean {
  return exponent === 0 || exponent === 1 || exponent === 2 || exponent === 3;
}
