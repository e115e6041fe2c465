import type { Value } from "../integer/integerModel.ts";
import type { Lowering } from "./operator.ts";

/** A value of the circuit, by its place in the list of values made so far. */
interface Player {
  readonly source: number;
  readonly element: number;
}

/**
 * The largest element of each group of elements of one value, in rounds of pairs; a pair that
 * several groups share is compared once. A comparison costs the bits of the difference.
 * @param groups elements of `value`, at least one each
 */
export function maximumOf(
  call: Lowering,
  value: Value,
  groups: readonly (readonly number[])[],
): Value {
  const { builder, name: label } = call;
  const sources = [value];
  let players: readonly (readonly Player[])[] = groups.map((group) =>
    group.map((element) => ({ source: 0, element })),
  );
  const pick = (chosen: readonly Player[]): Value => pickFrom(call, sources, chosen);
  while (players.some((group) => group.length > 1)) {
    const pairs = new Map<string, { at: number; a: Player; b: Player }>();
    const source = sources.length;
    const next = players.map((group) => {
      const winners: Player[] = [];
      for (let i = 0; i < group.length; i += 2) {
        const [a, b] = [group[i], group[i + 1]];
        if (a === undefined || b === undefined) {
          if (a !== undefined) winners.push(a);
          continue;
        }
        const key = `${a.source}.${a.element} ${b.source}.${b.element}`;
        const pair = pairs.get(key) ?? { at: pairs.size, a, b };
        pairs.set(key, pair);
        winners.push({ source, element: pair.at });
      }
      return winners;
    });
    const a = pick([...pairs.values()].map((pair) => pair.a));
    const b = pick([...pairs.values()].map((pair) => pair.b));
    sources.push(larger(a, b));
    players = next;
  }
  return pick(players.flatMap((group) => group.slice(0, 1)));

  function larger(a: Value, b: Value): Value {
    const minus = builder.affine({ source: b, multipliers: -1, label });
    const gap = builder.add({ a, b: minus, label });
    const excess = builder.rescale({ source: gap, shift: 0, low: 0, label });
    return builder.add({ a: b, b: excess, label });
  }
}

function pickFrom(call: Lowering, sources: readonly Value[], chosen: readonly Player[]): Value {
  const starts: number[] = [];
  let start = 0;
  for (const source of sources) {
    starts.push(start);
    start += source.low.length;
  }
  return call.builder.gather({
    sources,
    shape: [chosen.length],
    indices: chosen.map(({ source, element }) => (starts[source] ?? 0) + element),
    label: call.name,
  });
}
