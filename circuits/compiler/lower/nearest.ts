/** What to use instead of operators that people do meet and we do not prove. */
const INSTEAD: Readonly<Record<string, string>> = {
  If: "Where on both branches",
  Loop: "the loop unrolled at export",
  Scan: "the loop unrolled at export",
  TopK: "ArgMax, or ReduceMax",
  NonMaxSuppression: "ArgMax outside the model",
  Einsum: "MatMul with Transpose and Reshape",
  QLinearConv: "Conv on floats",
  QLinearMatMul: "MatMul on floats",
  MatMulInteger: "MatMul on floats",
  ConvInteger: "Conv on floats",
  RandomNormal: "a graph input with the noise",
  RandomUniform: "a graph input with the noise",
};

/** What a publisher may use instead of an operator: known advice, else the closest name. */
export function nearestOperator(operator: string, supported: readonly string[]): string {
  const known = INSTEAD[operator];
  if (known !== undefined) return known;
  // A name that shares less than half of its letters is no advice.
  let nearest = "none, see the list of supported operators";
  let least = operator.length / 2;
  for (const name of supported) {
    const distance = editDistance(operator.toLowerCase(), name.toLowerCase());
    if (distance < least) [nearest, least] = [name, distance];
  }
  return nearest;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
